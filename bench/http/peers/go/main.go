// The same answer from Go's net/http, without an access log: it has none of its own.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	body := []byte(os.Args[2])
	http.HandleFunc("/livez", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
