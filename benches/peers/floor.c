/* The floor: what the same work costs in plain C over MPI, with nothing on top. Started by `cargo xtask bench`.
 *
 *   floor hand_out N            one request and answer for each index; rank 0 hands them out and does nothing else
 *   floor skew N MEAN_US        N sleeping tasks of skewed length, handed out one by one
 *   floor gather BYTES          MPI_Gatherv of BYTES from every rank but rank 0
 *   floor pushed BYTES          the same as a program does it that has a loop: every rank pushes its share onto a growing
 *                               array, rank 0 makes room for all of them, and they are gathered there
 *   floor sum N                 the ordered sum of N doubles, of which every rank has its share: moved, then added up
 *   floor push N                the same, moved into one growing array
 *   floor meet N                N barriers
 *   floor start                 nothing
 *
 * FLOOR_THREADS=1 asks for MPI_THREAD_MULTIPLE. Rank 0 prints a line of `name=value` pairs. */
#include <math.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Log-normal (sigma 1) with this mean, from splitmix64: the same lengths in every system. */
static double task_us(uint64_t i, double mean) {
    double u[2];
    for (int k = 0; k < 2; k++) {
        uint64_t x = (2 * i + k + 1) * 0x9E3779B97F4A7C15ull;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
        u[k] = (((x ^ (x >> 31)) >> 11) + 0.5) / 9007199254740992.0;
    }
    return mean * exp(sqrt(-2 * log(u[0])) * cos(2 * M_PI * u[1]) - 0.5);
}

static double cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

static void hand_out(int rank, int size, uint64_t n, double mean) {
    const uint64_t stop = UINT64_MAX;
    uint64_t i = 0, next = 0;
    if (size == 1) {
        for (; i < n; i++) if (mean) usleep(task_us(i, mean));
    } else if (rank == 0) {
        for (int left = size - 1; left;) {
            MPI_Status from;
            MPI_Recv(&i, 1, MPI_UINT64_T, MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &from);
            i = next < n ? next++ : (left--, stop);
            MPI_Send(&i, 1, MPI_UINT64_T, from.MPI_SOURCE, 0, MPI_COMM_WORLD);
        }
    } else {
        for (;;) {
            MPI_Send(&i, 1, MPI_UINT64_T, 0, 0, MPI_COMM_WORLD);
            MPI_Recv(&i, 1, MPI_UINT64_T, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            if (i == stop) break;
            if (mean) usleep(task_us(i, mean));
        }
    }
}

/* The share of each rank, in doubles, gathered to rank 0 into `all`. */
static void gather(int size, const double *mine, int count, double *all) {
    int *counts = malloc(size * sizeof(int)), *at = malloc(size * sizeof(int));
    for (int r = 0; r < size; r++) counts[r] = count, at[r] = r * count;
    MPI_Gatherv(mine, count, MPI_DOUBLE, all, counts, at, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    free(counts), free(at);
}

/* The share of each rank, pushed one by one onto an array that doubles, then gathered into memory that is fresh. */
static double pushed(int rank, int size, int count) {
    double *mine = 0, *all = 0, sum = 0;
    int room = 0;
    for (int i = 0; i < count; i++) {
        if (i == room) mine = realloc(mine, 8 * (size_t)(room = room ? 2 * room : 4));
        mine[i] = ((double)rank * count + i) * 0.5;
    }
    if (!rank) all = malloc(8 * (size_t)count * size + 8);
    gather(size, mine, count, all);
    if (all) sum = all[(size_t)count * size / 2];
    free(mine), free(all);
    return sum;
}

int main(int argc, char **argv) {
    int rank, size, level = getenv("FLOOR_THREADS") ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE;
    MPI_Init_thread(&argc, &argv, level, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const char *work = argc > 1 ? argv[1] : "start";
    uint64_t n = argc > 2 ? strtoull(argv[2], 0, 10) : 0;
    double mean = argc > 3 ? atof(argv[3]) : 0, total = 0;
    int is_hand_out = !strcmp(work, "hand_out") || !strcmp(work, "skew");
    int meets = !strcmp(work, "meet"), others = meets || !strcmp(work, "pushed");
    int count = (int)(is_hand_out || others ? 0 : !strcmp(work, "gather") ? n / 8 : n / size);
    double *mine = malloc(8 * (size_t)count + 8), *all = rank ? 0 : malloc(8 * (size_t)count * size + 8);
    for (int i = 0; i < count; i++) mine[i] = i * 0.5;
    if (all) memset(all, 1, 8 * (size_t)count * size);
    double *list = !rank && !strcmp(work, "push") ? malloc(8 * (size_t)count * size + 8) : 0;
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime(), used = cpu_s(), sum = 0;
    if (is_hand_out) hand_out(rank, size, n, mean);
    for (uint64_t i = 0; meets && i < n; i++) MPI_Barrier(MPI_COMM_WORLD);
    if (count) gather(size, mine, count, all);
    if (!strcmp(work, "pushed")) sum = pushed(rank, size, (int)(n / 8));
    if (all && !strcmp(work, "sum")) for (size_t i = 0; i < (size_t)count * size; i++) sum += all[i];
    if (list) memcpy(list, all, 8 * (size_t)count * size);
    used = cpu_s() - used;
    if (is_hand_out) MPI_Barrier(MPI_COMM_WORLD);
    double wall = MPI_Wtime() - start;
    for (uint64_t i = 0; mean && i < n; i++) total += task_us(i, mean) * 1e-6;
    if (!rank) printf("wall=%.9f cpu=%.6f total=%.6f check=%g\n", wall, used, total, sum + (list ? list[count / 2] : 0));
    MPI_Finalize();
}
