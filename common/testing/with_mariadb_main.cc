// How do many test binaries share one private MariaDB?
//
//   ronghe-with-mariadb ctest --test-dir build -L integration
//
// Starts a server, runs the command with RONGHE_TEST_MARIADB set to its socket, and stops it again.
// Exits with the command's code.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "common/testing/mariadb.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s COMMAND [ARGUMENT]...\n", argv[0]);
    return 2;
  }
  const auto server = ronghe::testing::MariaDb::StartPrivate();
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return 1;
  }
  setenv("RONGHE_TEST_MARIADB", (*server)->socket().c_str(), 1);
  const pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[1], argv + 1);
    std::perror(argv[1]);
    _exit(127);
  }
  int result = 0;
  while (waitpid(pid, &result, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(result) ? WEXITSTATUS(result) : 1;
}
