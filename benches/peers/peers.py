"""The same work with a peer; started by `cargo xtask bench`, see floor.c.

    mpiexec -np 3 python peers.py dlp_mpi hand_out 20000
    mpiexec -np 9 python peers.py dlp_mpi skew 400 10000
    mpiexec -np 3 python peers.py dlp_mpi gather 33554432
    mpiexec -np 9 python -m mpi4py.futures peers.py mpi4py.futures skew 400 10000

Peers: dlp_mpi (split_managed), round_robin and map_unordered (of dlp_mpi), schwimmbad (MPIPool), mpi4py.futures.
The root prints a line of `name=value` pairs.
"""
import math
import os
import resource
import sys
import time

os.environ.setdefault('OMP_NUM_THREADS', '1')
MASK = (1 << 64) - 1
# A worker of mpi4py.futures sees the launcher's whole command line: the arguments follow this file's name.
ARGUMENTS = sys.argv[max((i for i, a in enumerate(sys.argv) if a.endswith('peers.py')), default=0) + 1:]
PEER, WORK, N = ARGUMENTS[0], ARGUMENTS[1], int(ARGUMENTS[2])
MEAN = float(ARGUMENTS[3]) if len(ARGUMENTS) > 3 else 0.0


def task_us(index):
    """Log-normal (sigma 1) with mean MEAN, from splitmix64: the same lengths in every system."""
    u = []
    for k in range(2):
        x = (2 * index + k + 1) * 0x9E3779B97F4A7C15 & MASK
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
        u.append((((x ^ (x >> 31)) >> 11) + 0.5) / 9007199254740992.0)
    return MEAN * math.exp(math.sqrt(-2 * math.log(u[0])) * math.cos(2 * math.pi * u[1]) - 0.5)


def task(index):
    if MEAN:
        time.sleep(task_us(index) * 1e-6)
    return index


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(run, is_root, after=lambda: None):
    start, used = time.perf_counter(), cpu()
    run()
    used = cpu() - used
    after()
    wall = time.perf_counter() - start
    if is_root:
        total = sum(task_us(i) for i in range(N)) * 1e-6 if MEAN else 0
        print(f'wall={wall:.9f} cpu={used:.6f} total={total:.6f}', flush=True)


def main():
    if PEER == 'mpi4py.futures':
        from mpi4py.futures import MPIPoolExecutor
        with MPIPoolExecutor() as pool:
            list(pool.map(task, range(0)))  # starts the workers
            measure(lambda: list(pool.map(task, range(N), unordered=True)), True)
    elif PEER == 'schwimmbad':
        from schwimmbad import MPIPool
        pool = MPIPool()
        if not pool.is_master():
            pool.wait()
            return
        measure(lambda: pool.map(task, range(N)), True)
        pool.close()
    else:
        import dlp_mpi
        if WORK == 'gather':
            mine = [float(i) for i in range(N // 8)]
            dlp_mpi.barrier()
            measure(lambda: dlp_mpi.gather(mine), dlp_mpi.IS_MASTER)
            dlp_mpi.barrier()
            return
        examples = list(range(N))
        run = {
            'dlp_mpi': lambda: [task(i) for i in dlp_mpi.split_managed(examples, progress_bar=False)],
            'round_robin': lambda: [task(i) for i in dlp_mpi.split_round_robin(examples)],
            'map_unordered': lambda: list(dlp_mpi.map_unordered(task, examples)),
        }[PEER]
        dlp_mpi.barrier()
        measure(run, dlp_mpi.IS_MASTER, dlp_mpi.barrier)


if __name__ == '__main__':
    main()
