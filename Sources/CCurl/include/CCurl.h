// libcurl without its variadic functions, which Swift cannot call. Handles are opaque here, so
// that libcurl's own headers do not reach Swift. Results are CURLcode or CURLMcode: 0 is good.
#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>
#include <stdint.h>

#define CCURL_POLL_IN 1
#define CCURL_POLL_OUT 2
#define CCURL_POLL_REMOVE 4

#define CCURL_EVENT_IN 1
#define CCURL_EVENT_OUT 2
#define CCURL_EVENT_ERROR 4

#define CCURL_SOCKET_TIMEOUT (-1)

#define CCURL_UNSUPPORTED_PROTOCOL 1
#define CCURL_URL_MALFORMAT 3
#define CCURL_COULDNT_CONNECT 7
#define CCURL_WRITE_ERROR 23
#define CCURL_OPERATION_TIMEDOUT 28

#define CCURL_ERROR_SIZE 256

// `what` is a combination of CCURL_POLL_ bits.
typedef void (*ccurl_socket_callback)(void *context, int descriptor, int what);
// -1 deletes the timer.
typedef void (*ccurl_timer_callback)(void *context, int64_t milliseconds);
// Returns how many bytes it took; fewer than `count` end the transfer.
typedef size_t (*ccurl_bytes_callback)(void *context, const uint8_t *bytes, size_t count);

// Once, before anything else; safe from any thread.
int ccurl_global_init(void);

void *ccurl_multi_new(
    void *context, ccurl_socket_callback on_socket, ccurl_timer_callback on_timer);
void ccurl_multi_free(void *multi);
int ccurl_multi_add(void *multi, void *easy);
int ccurl_multi_remove(void *multi, void *easy);
// Not from within a callback.
int ccurl_multi_act(void *multi, int descriptor, int events);
// The next transfer that has ended, NULL when there is none; `code` is its CURLcode.
void *ccurl_multi_next_ended(void *multi, int *code);

// A handle that takes http and https only, follows nothing, uses no proxy and no signal.
void *ccurl_easy_new(void);
void ccurl_easy_free(void *easy);
int ccurl_easy_set_url(void *easy, const char *url);
// `body` may be NULL: then none is sent. It is copied.
int ccurl_easy_set_method(void *easy, const char *method, const void *body, size_t count);
int ccurl_easy_set_times(void *easy, long connect_milliseconds, long total_milliseconds);
// The list must live as long as the transfer.
int ccurl_easy_set_fields(void *easy, void *list);
// `error` has CCURL_ERROR_SIZE bytes and must live as long as the transfer.
int ccurl_easy_set_callbacks(
    void *easy, void *context, ccurl_bytes_callback on_field, ccurl_bytes_callback on_content,
    char *error);
// The transfer connects to this address and to no other, whatever its URL says; the URL keeps
// deciding the Host field and the name in the certificate. `bytes` are 4 (family 4) or 16
// (family 6) in network order, `text` is the same address as libcurl writes it in a URL. A
// pinned transfer uses a connection of its own.
int ccurl_easy_pin(void *easy, int family, const uint8_t *bytes, const char *text);
long ccurl_easy_status(void *easy);
// Whether the transfer came as far as a connection.
int ccurl_easy_was_connected(void *easy);
// The address that the transfer was connected to; empty when it was not. Lives as long as `easy`.
const char *ccurl_easy_address(void *easy);
const char *ccurl_error_text(int code);

enum ccurl_url_part {
  CCURL_URL_WHOLE,
  CCURL_URL_SCHEME,
  CCURL_URL_HOST,
  CCURL_URL_ZONE,
  CCURL_URL_PORT
};

// A URL as libcurl itself reads it, without user, password and fragment; `reference` is taken
// relative to `base` unless that is NULL. NULL for text that is no such URL.
void *ccurl_url_new(const char *base, const char *reference);
void ccurl_url_free(void *url);
// To be freed with ccurl_text_free; NULL where there is no such part.
char *ccurl_url_part(void *url, enum ccurl_url_part part);
void ccurl_text_free(char *text);

// NULL when there is no memory; then `list` is as it was.
void *ccurl_list_append(void *list, const char *text);
void ccurl_list_free(void *list);

#endif
