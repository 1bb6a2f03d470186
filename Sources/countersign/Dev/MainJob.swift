/// What to try next: the calls of the main job, ready to be pasted into a shell.
struct MainJob {
  let credentials: DemoCredentials
  let file: String
  /// The proposal to submit, as YAML.
  let example: String

  var text: String {
    """

    ready: \(credentials.baseURL)   (everybody's tokens: \(file))

    The main job, to paste into another shell:

    S=\(credentials.baseURL)
    PM='Authorization: Bearer \(token("pm"))'
    LEGAL='Authorization: Bearer \(token("legal"))'
    RISK='Authorization: Bearer \(token("risk"))'
    WORKER='Authorization: Bearer \(credentials.pools.first?.key ?? "")'
    member() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -n 1 | cut -d '"' -f 4; }
    # 1. The product manager proposes a crawl …
    sed -e "s/ today$/ $(date -u +%F)/" -e "s/ +60d$/ $(date -u -d '+60 days' +%F)/" \\
      '\(example)' |
      curl -sS "$S/v1/proposals" -H "$PM" -H 'Content-Type: application/yaml' \\
        --data-binary @- | tee /tmp/countersign-proposal.json; echo
    PROPOSAL=$(member id </tmp/countersign-proposal.json)
    DIGEST=$(member digest </tmp/countersign-proposal.json)
    # 2. … and submits exactly these bytes for review.
    curl -sS "$S/v1/proposals/$PROPOSAL/submissions" -H "$PM" \\
      -H 'Content-Type: application/json' -d "{\\"revision_digest\\":\\"$DIGEST\\"}"; echo
    # 3. Legal and risk sign them.
    curl -sS "$S/v1/proposals/$PROPOSAL/decisions" -H "$LEGAL" \\
      -H 'Content-Type: application/json' \\
      -d "{\\"revision_digest\\":\\"$DIGEST\\",\\"role\\":\\"legal_reviewer\\",\\"verdict\\":\\"approve\\"}"; echo
    curl -sS "$S/v1/proposals/$PROPOSAL/decisions" -H "$RISK" \\
      -H 'Content-Type: application/json' \\
      -d "{\\"revision_digest\\":\\"$DIGEST\\",\\"role\\":\\"risk_reviewer\\",\\"verdict\\":\\"approve\\"}"; echo
    # 4. A worker gets its share of the budget and the token that proves it.
    curl -sS "$S/v1/leases" -H "$WORKER" -H 'Content-Type: application/json' \\
      -d "{\\"proposal\\":\\"$PROPOSAL\\",\\"worker\\":\\"spider-1\\",\\"hosts\\":[\\"www.example.com\\"]}"; echo

    Ctrl-C stops everything; the data stay.
    """
  }

  private func token(_ name: String) -> String { credentials[name]?.token ?? "" }
}
