/* The least that a program over MPI can be. With an argument it asks for MPI_THREAD_MULTIPLE. */
#include <mpi.h>

int main(int argc, char **argv) {
    int level = argc > 1 ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE;
    MPI_Init_thread(&argc, &argv, level, &level);
    MPI_Finalize();
}
