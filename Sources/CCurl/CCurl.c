#include "CCurl.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(CCURL_POLL_IN == CURL_POLL_IN, "CURL_POLL_IN");
_Static_assert(CCURL_POLL_OUT == CURL_POLL_OUT, "CURL_POLL_OUT");
_Static_assert(CCURL_POLL_REMOVE == CURL_POLL_REMOVE, "CURL_POLL_REMOVE");
_Static_assert(CCURL_EVENT_IN == CURL_CSELECT_IN, "CURL_CSELECT_IN");
_Static_assert(CCURL_EVENT_OUT == CURL_CSELECT_OUT, "CURL_CSELECT_OUT");
_Static_assert(CCURL_EVENT_ERROR == CURL_CSELECT_ERR, "CURL_CSELECT_ERR");
_Static_assert(CCURL_SOCKET_TIMEOUT == CURL_SOCKET_TIMEOUT, "CURL_SOCKET_TIMEOUT");
_Static_assert(CCURL_UNSUPPORTED_PROTOCOL == CURLE_UNSUPPORTED_PROTOCOL, "code");
_Static_assert(CCURL_URL_MALFORMAT == CURLE_URL_MALFORMAT, "code");
_Static_assert(CCURL_COULDNT_CONNECT == CURLE_COULDNT_CONNECT, "code");
_Static_assert(CCURL_WRITE_ERROR == CURLE_WRITE_ERROR, "code");
_Static_assert(CCURL_OPERATION_TIMEDOUT == CURLE_OPERATION_TIMEDOUT, "code");
_Static_assert(CCURL_ERROR_SIZE == CURL_ERROR_SIZE, "CURL_ERROR_SIZE");

struct multi {
  CURLM *handle;
  void *context;
  ccurl_socket_callback on_socket;
  ccurl_timer_callback on_timer;
};

struct easy {
  CURL *handle;
  void *context;
  ccurl_bytes_callback on_field;
  ccurl_bytes_callback on_content;
  struct curl_slist *connect_to;
  int pinned_family;
  uint8_t pinned[16];
};

int ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *user, void *socket) {
  (void)easy;
  (void)socket;
  struct multi *multi = user;
  multi->on_socket(multi->context, fd, what);
  return 0;
}

static int timer_changed(CURLM *handle, long milliseconds, void *user) {
  (void)handle;
  struct multi *multi = user;
  multi->on_timer(multi->context, milliseconds);
  return 0;
}

void *ccurl_multi_new(
    void *context, ccurl_socket_callback on_socket, ccurl_timer_callback on_timer) {
  struct multi *multi = malloc(sizeof *multi);
  if (multi == NULL) return NULL;
  *multi = (struct multi){curl_multi_init(), context, on_socket, on_timer};
  if (multi->handle == NULL) {
    free(multi);
    return NULL;
  }
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, socket_changed);
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, timer_changed);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
  return multi;
}

void ccurl_multi_free(void *opaque) {
  struct multi *multi = opaque;
  curl_multi_cleanup(multi->handle);
  free(multi);
}

int ccurl_multi_add(void *multi, void *easy) {
  return curl_multi_add_handle(((struct multi *)multi)->handle, ((struct easy *)easy)->handle);
}

int ccurl_multi_remove(void *multi, void *easy) {
  return curl_multi_remove_handle(
      ((struct multi *)multi)->handle, ((struct easy *)easy)->handle);
}

int ccurl_multi_act(void *multi, int descriptor, int events) {
  int running = 0;
  return curl_multi_socket_action(
      ((struct multi *)multi)->handle, descriptor, events, &running);
}

void *ccurl_multi_next_ended(void *multi, int *code) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(((struct multi *)multi)->handle, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    char *easy = NULL;
    *code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &easy);
    return easy;
  }
  return NULL;
}

void *ccurl_easy_new(void) {
  struct easy *easy = calloc(1, sizeof *easy);
  if (easy == NULL) return NULL;
  easy->handle = curl_easy_init();
  if (easy->handle == NULL) {
    free(easy);
    return NULL;
  }
  CURLcode code = curl_easy_setopt(easy->handle, CURLOPT_PRIVATE, easy);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_NOSIGNAL, 1L);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_FOLLOWLOCATION, 0L);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_MAXREDIRS, 0L);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_PROXY, "");
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!code)
    code = curl_easy_setopt(easy->handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  if (code) {
    ccurl_easy_free(easy);
    return NULL;
  }
  return easy;
}

void ccurl_easy_free(void *easy) {
  curl_easy_cleanup(((struct easy *)easy)->handle);
  curl_slist_free_all(((struct easy *)easy)->connect_to);
  free(easy);
}

int ccurl_easy_set_url(void *easy, const char *url) {
  return curl_easy_setopt(((struct easy *)easy)->handle, CURLOPT_URL, url);
}

int ccurl_easy_set_method(void *opaque, const char *method, const void *body, size_t count) {
  CURL *easy = ((struct easy *)opaque)->handle;
  CURLcode code = CURLE_OK;
  if (body != NULL) {
    code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
  } else if (strcmp(method, "HEAD") == 0) {
    return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  }
  return code ? code : curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

int ccurl_easy_set_times(void *opaque, long connect_milliseconds, long total_milliseconds) {
  CURL *easy = ((struct easy *)opaque)->handle;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_milliseconds);
  return code ? code : curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, total_milliseconds);
}

int ccurl_easy_set_fields(void *easy, void *list) {
  return curl_easy_setopt(((struct easy *)easy)->handle, CURLOPT_HTTPHEADER, list);
}

static size_t field_received(char *bytes, size_t size, size_t count, void *user) {
  struct easy *easy = user;
  return easy->on_field(easy->context, (const uint8_t *)bytes, size * count);
}

static size_t content_received(char *bytes, size_t size, size_t count, void *user) {
  struct easy *easy = user;
  return easy->on_content(easy->context, (const uint8_t *)bytes, size * count);
}

int ccurl_easy_set_callbacks(
    void *opaque, void *context, ccurl_bytes_callback on_field, ccurl_bytes_callback on_content,
    char *error) {
  struct easy *easy = opaque;
  easy->context = context;
  easy->on_field = on_field;
  easy->on_content = on_content;
  CURLcode code = curl_easy_setopt(easy->handle, CURLOPT_HEADERFUNCTION, field_received);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_HEADERDATA, easy);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_WRITEFUNCTION, content_received);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_WRITEDATA, easy);
  return code ? code : curl_easy_setopt(easy->handle, CURLOPT_ERRORBUFFER, error);
}

// Whether libcurl is about to connect to the pinned address.
static int is_pinned(const struct easy *easy, const struct sockaddr *address) {
  if (easy->pinned_family == 4 && address->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    return memcmp(&in->sin_addr, easy->pinned, 4) == 0;
  }
  if (easy->pinned_family == 6 && address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
    return memcmp(&in->sin6_addr, easy->pinned, 16) == 0 && in->sin6_scope_id == 0;
  }
  return 0;
}

static curl_socket_t open_pinned(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  if (purpose != CURLSOCKTYPE_IPCXN || !is_pinned(user, &address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int ccurl_easy_pin(void *opaque, int family, const uint8_t *bytes, const char *text) {
  struct easy *easy = opaque;
  char rule[96];
  easy->pinned_family = family;
  memcpy(easy->pinned, bytes, family == 4 ? 4 : 16);
  // No host and no port before the address: the rule holds for every URL.
  int length = snprintf(rule, sizeof rule, "::%s:", text);
  if (length < 0 || (size_t)length >= sizeof rule) return CURLE_URL_MALFORMAT;
  easy->connect_to = curl_slist_append(NULL, rule);
  if (easy->connect_to == NULL) return CURLE_OUT_OF_MEMORY;
  CURLcode code = curl_easy_setopt(easy->handle, CURLOPT_CONNECT_TO, easy->connect_to);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_OPENSOCKETFUNCTION, open_pinned);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_OPENSOCKETDATA, easy);
  if (!code) code = curl_easy_setopt(easy->handle, CURLOPT_FRESH_CONNECT, 1L);
  return code ? code : curl_easy_setopt(easy->handle, CURLOPT_FORBID_REUSE, 1L);
}

int ccurl_easy_was_connected(void *easy) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(((struct easy *)easy)->handle, CURLINFO_CONNECT_TIME_T, &microseconds);
  return microseconds > 0;
}

const char *ccurl_easy_address(void *easy) {
  char *address = NULL;
  curl_easy_getinfo(((struct easy *)easy)->handle, CURLINFO_PRIMARY_IP, &address);
  return address == NULL ? "" : address;
}

long ccurl_easy_status(void *easy) {
  long status = 0;
  curl_easy_getinfo(((struct easy *)easy)->handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

const char *ccurl_error_text(int code) { return curl_easy_strerror((CURLcode)code); }

void *ccurl_url_new(const char *base, const char *reference) {
  CURLU *url = curl_url();
  if (url == NULL) return NULL;
  CURLUcode code = CURLUE_OK;
  if (base != NULL) code = curl_url_set(url, CURLUPART_URL, base, CURLU_DISALLOW_USER);
  // A reference comes from a server, which may write what a browser would still understand.
  unsigned flags = base == NULL ? 0 : CURLU_URLENCODE | CURLU_ALLOW_SPACE;
  if (!code) code = curl_url_set(url, CURLUPART_URL, reference, flags | CURLU_DISALLOW_USER);
  if (!code) code = curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
  if (!code) return url;
  curl_url_cleanup(url);
  return NULL;
}

void ccurl_url_free(void *url) { curl_url_cleanup(url); }

char *ccurl_url_part(void *url, enum ccurl_url_part part) {
  static const CURLUPart parts[] = {
      CURLUPART_URL, CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_ZONEID, CURLUPART_PORT};
  char *text = NULL;
  unsigned flags = part == CCURL_URL_PORT ? CURLU_DEFAULT_PORT : 0;
  return curl_url_get(url, parts[part], &text, flags) ? NULL : text;
}

void ccurl_text_free(char *text) { curl_free(text); }

void *ccurl_list_append(void *list, const char *text) { return curl_slist_append(list, text); }

void ccurl_list_free(void *list) { curl_slist_free_all(list); }
