#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

_Static_assert(CLINUX_EPOLLIN == EPOLLIN, "EPOLLIN");
_Static_assert(CLINUX_EPOLLOUT == EPOLLOUT, "EPOLLOUT");
_Static_assert(CLINUX_EPOLLERR == EPOLLERR, "EPOLLERR");
_Static_assert(CLINUX_EPOLLHUP == EPOLLHUP, "EPOLLHUP");
_Static_assert(CLINUX_EPOLLRDHUP == EPOLLRDHUP, "EPOLLRDHUP");
_Static_assert(CLINUX_EPOLLEXCLUSIVE == EPOLLEXCLUSIVE, "EPOLLEXCLUSIVE");
_Static_assert(CLINUX_EPOLLET == (uint32_t)EPOLLET, "EPOLLET");

#define EVENTS_MAX 256

static int result(int value) { return value < 0 ? -errno : value; }

int clinux_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

static int epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  return result(epoll_ctl(epoll, operation, descriptor, &event));
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data) {
  return epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events, data);
}

int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t data) {
  return epoll_control(epoll, EPOLL_CTL_MOD, descriptor, events, data);
}

int clinux_epoll_remove(int epoll, int descriptor) {
  return epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds) {
  struct epoll_event ready[EVENTS_MAX];
  if (count > EVENTS_MAX) count = EVENTS_MAX;
  int found = epoll_wait(epoll, ready, count, milliseconds);
  if (found < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < found; i++) {
    events[i].data = ready[i].data.u64;
    events[i].events = ready[i].events;
  }
  return found;
}

int clinux_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int clinux_eventfd_signal(int descriptor) {
  uint64_t one = 1;
  // EAGAIN: the counter is full, so a wake-up is pending already.
  if (write(descriptor, &one, sizeof one) < 0 && errno != EAGAIN) return -errno;
  return 0;
}

static void fill(sigset_t *set, const int *signals, int count) {
  sigemptyset(set);
  for (int i = 0; i < count; i++) sigaddset(set, signals[i]);
}

int clinux_signals_block(const int *signals, int count) {
  sigset_t set;
  fill(&set, signals, count);
  return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int clinux_signals_unblock_all(void) {
  sigset_t set;
  sigemptyset(&set);
  return -pthread_sigmask(SIG_SETMASK, &set, NULL);
}

int clinux_signalfd(const int *signals, int count) {
  sigset_t set;
  fill(&set, signals, count);
  return result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int clinux_signalfd_read(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count = read(descriptor, &info, sizeof info);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  return count == sizeof info ? (int)info.ssi_signo : 0;
}

int clinux_sigpipe_ignore(void) { return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -errno : 0; }

static socklen_t to_system(const struct clinux_address *from, struct sockaddr_storage *to) {
  memset(to, 0, sizeof *to);
  if (from->family == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    in->sin_family = AF_INET;
    in->sin_port = htons(from->port);
    memcpy(&in->sin_addr, from->bytes, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(from->port);
  memcpy(&in6->sin6_addr, from->bytes, 16);
  return sizeof *in6;
}

static void from_system(const struct sockaddr_storage *from, struct clinux_address *to) {
  memset(to, 0, sizeof *to);
  if (from->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)from;
    to->family = 4;
    to->port = ntohs(in->sin_port);
    memcpy(to->bytes, &in->sin_addr, 4);
  } else if (from->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
    to->family = 6;
    to->port = ntohs(in6->sin6_port);
    memcpy(to->bytes, &in6->sin6_addr, 16);
  }
}

int clinux_address_parse(const char *text, int family, struct clinux_address *address) {
  memset(address, 0, sizeof *address);
  address->family = (uint8_t)family;
  return inet_pton(family == 4 ? AF_INET : AF_INET6, text, address->bytes) == 1 ? 0 : -EINVAL;
}

int clinux_address_print(const struct clinux_address *address, char *text, size_t size) {
  int family = address->family == 4 ? AF_INET : AF_INET6;
  return inet_ntop(family, address->bytes, text, (socklen_t)size) == NULL ? -errno : 0;
}

static int closing(int descriptor) {
  int error = -errno;
  close(descriptor);
  return error;
}

int clinux_listen(const struct clinux_address *address, int backlog) {
  struct sockaddr_storage storage;
  socklen_t size = to_system(address, &storage);
  int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return closing(fd);
  if (address->family == 6 &&
      setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
    return closing(fd);
  if (bind(fd, (struct sockaddr *)&storage, size) < 0) return closing(fd);
  if (listen(fd, backlog) < 0) return closing(fd);
  return fd;
}

int clinux_connect(const struct clinux_address *address) {
  struct sockaddr_storage storage;
  socklen_t size = to_system(address, &storage);
  int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (connect(fd, (struct sockaddr *)&storage, size) < 0 && errno != EINPROGRESS)
    return closing(fd);
  return fd;
}

int clinux_socket_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return -errno;
  return -error;
}

int clinux_accept(int descriptor, struct clinux_address *peer) {
  struct sockaddr_storage storage;
  socklen_t size = sizeof storage;
  storage.ss_family = AF_UNSPEC;
  int fd = accept4(
      descriptor, (struct sockaddr *)&storage, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  from_system(&storage, peer);
  return fd;
}

int clinux_local_address(int descriptor, struct clinux_address *address) {
  struct sockaddr_storage storage;
  socklen_t size = sizeof storage;
  if (getsockname(descriptor, (struct sockaddr *)&storage, &size) < 0) return -errno;
  from_system(&storage, address);
  return 0;
}

int clinux_no_delay(int descriptor) {
  int on = 1;
  return result(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

int clinux_shutdown_write(int descriptor) { return result(shutdown(descriptor, SHUT_WR)); }

int clinux_reset_on_close(int descriptor) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return result(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

int64_t clinux_receive(int descriptor, void *bytes, size_t count) {
  ssize_t received;
  do received = recv(descriptor, bytes, count, MSG_DONTWAIT);
  while (received < 0 && errno == EINTR);
  return received < 0 ? -errno : received;
}

int64_t clinux_send(
    int descriptor, const void *head, size_t head_count, const void *body, size_t body_count) {
  struct iovec parts[2] = {
      {.iov_base = (void *)head, .iov_len = head_count},
      {.iov_base = (void *)body, .iov_len = body_count},
  };
  struct msghdr message = {
      .msg_iov = head_count == 0 ? parts + 1 : parts,
      .msg_iovlen = head_count == 0 || body_count == 0 ? 1 : 2,
  };
  ssize_t sent;
  do sent = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

// Linux has closed the descriptor even when close() reports EINTR: never repeat it.
int clinux_close(int descriptor) { return result(close(descriptor)); }

int clinux_spare_descriptor(void) { return result(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

static int64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t clinux_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

int64_t clinux_wall_seconds(void) { return nanoseconds(CLOCK_REALTIME) / 1000000000; }

static __thread void *current_loop;

__attribute__((noinline)) void *clinux_current_loop(void) {
  __asm__ volatile("");
  return current_loop;
}

__attribute__((noinline)) void clinux_set_current_loop(void *loop) { current_loop = loop; }
