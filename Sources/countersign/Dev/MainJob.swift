/// What to try next: the calls of the main job, ready to be pasted into a shell.
struct MainJob {
  let credentials: DemoCredentials
  /// Where the credentials stand.
  let file: String
  /// The proposal to submit, as YAML.
  let example: String

  var text: String {
    #"""

    ready: \#(credentials.baseURL)   (everybody's tokens: \#(file))

    The main job, to paste into another shell:

    S=\#(credentials.baseURL) PM=\#(token("pm"))
    LEGAL=\#(token("legal")) RISK=\#(token("risk"))
    POOL=\#(credentials.pools.first?.key ?? "")
    post() {
      curl -sS "$S/v1/$1" -H "Authorization: Bearer $2" -H "Content-Type: $3" --data-binary "$4"
      echo
    }
    member() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
    day() { date -u -d "$1 days" +%F; }
    # 1. The product manager proposes a crawl ...
    YAML=$(sed -e "s/: today/: $(day 0)/" -e "s/: +60d/: $(day 60)/" -e "s/: -30d/: $(day -30)/" \
      -e "s/: +150d/: $(day 150)/" '\#(example)')
    ANSWER=$(post proposals $PM application/yaml "$YAML"); echo "$ANSWER"
    P=proposals/$(echo "$ANSWER" | member id) DIGEST=$(echo "$ANSWER" | member digest)
    # 2. ... and submits exactly these bytes for review.
    J=application/json
    post $P/submissions $PM $J '{"revision_digest":"'$DIGEST'"}'
    # 3. Legal and risk sign them.
    sign() {
      post $P/decisions $1 $J '{"revision_digest":"'$DIGEST'","role":"'$2'","verdict":"approve"}'
    }
    sign $LEGAL legal_reviewer; sign $RISK risk_reviewer
    # 4. A worker gets its share of the budget and the token that proves it.
    post leases $POOL $J '{"proposal":"'${P#*/}'","worker":"spider-1","hosts":["www.example.com"]}'

    Ctrl-C stops everything; the data stay.
    """#
  }

  private func token(_ name: String) -> String { credentials[name]?.token ?? "" }
}
