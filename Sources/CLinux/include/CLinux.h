// The system calls that the Glibc module does not offer to Swift, or offers in a shape
// that Swift cannot call. Every function returns a negative errno on failure, so that no
// Swift code runs between the call and the reading of errno.
//
// Do not define _GNU_SOURCE here: it changes the layout of types in the headers that Swift's
// own Glibc module has imported, and debug builds fail. The .c file may and does.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>

#define CLINUX_EPOLLIN 0x001u
#define CLINUX_EPOLLOUT 0x004u
#define CLINUX_EPOLLERR 0x008u
#define CLINUX_EPOLLHUP 0x010u
#define CLINUX_EPOLLRDHUP 0x2000u
#define CLINUX_EPOLLEXCLUSIVE 0x10000000u
#define CLINUX_EPOLLET 0x80000000u

struct clinux_event {
  uint64_t data;
  uint32_t events;
};

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data);
int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t data);
int clinux_epoll_remove(int epoll, int descriptor);
// Fills at most `count` events (and at most 256); -1 waits for ever. Interrupted: 0 events.
int clinux_epoll_wait(int epoll, struct clinux_event *events, int count, int milliseconds);

int clinux_eventfd(void);
int clinux_eventfd_signal(int descriptor);

// Blocks the signals in the calling thread and the threads it starts from now on.
int clinux_signals_block(const int *signals, int count);
int clinux_signals_unblock_all(void);
int clinux_signalfd(const int *signals, int count);
// The next pending signal's number, 0 when there is none.
int clinux_signalfd_read(int descriptor);
int clinux_sigpipe_ignore(void);

// family is 4 or 6; `bytes` holds 4 or 16 bytes in network order.
struct clinux_address {
  uint8_t family;
  uint16_t port;
  uint8_t bytes[16];
};

int clinux_address_parse(const char *text, int family, struct clinux_address *address);
int clinux_address_print(const struct clinux_address *address, char *text, size_t size);
int clinux_listen(const struct clinux_address *address, int backlog);
int clinux_connect(const struct clinux_address *address);
// The error that a connection attempt ended with: 0 when connected.
int clinux_socket_error(int descriptor);
int clinux_accept(int descriptor, struct clinux_address *peer);
int clinux_local_address(int descriptor, struct clinux_address *address);
int clinux_no_delay(int descriptor);
int clinux_shutdown_write(int descriptor);
// close() will send RST instead of FIN.
int clinux_reset_on_close(int descriptor);
int64_t clinux_receive(int descriptor, void *bytes, size_t count);
// Head and body leave in one call; never raises SIGPIPE.
int64_t clinux_send(
    int descriptor, const void *head, size_t head_count, const void *body, size_t body_count);
int clinux_close(int descriptor);
// A descriptor kept in reserve, to be given up when descriptors run out.
int clinux_spare_descriptor(void);

int64_t clinux_monotonic_nanoseconds(void);
int64_t clinux_wall_seconds(void);

// The loop whose thread is calling. Never inlined and never const: a task may be on another
// thread after each suspension, so the answer must not be cached.
void *clinux_current_loop(void);
void clinux_set_current_loop(void *loop);

#endif
