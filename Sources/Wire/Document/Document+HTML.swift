extension Document {
  /// One page without scripts or anything from elsewhere, which prints on A4.
  package var html: [UInt8] {
    let lines =
      [
        "<!doctype html>",
        "<html lang=\"\(say("en", "zh-CN"))\">",
        "<head>",
        "<meta charset=\"utf-8\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<title>\(title.inHTML)</title>",
        "<style>\(Document.style)</style>",
        "</head>",
        "<body>",
        "<main>",
        "<h1>\(title.inHTML)</h1>",
      ] + blocks.flatMap(\.html) + ["</main>", "</body>", "</html>", ""]
    return Array(lines.joined(separator: "\n").utf8)
  }

  /// What the page may load: its own style and nothing else.
  package static let contentSecurityPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    + "frame-ancestors 'none'"

  private static let style = """
    @page{size:A4;margin:18mm 16mm}
    body{font:11pt/1.5 "Noto Serif","Songti SC","Noto Serif CJK SC",serif;color:#111;margin:0}
    main{max-width:52rem;margin:0 auto;padding:1.5rem}
    h1{font-size:1.6em;line-height:1.25}h2{font-size:1.2em;border-bottom:1px solid #999;
    margin-top:2em}h2,h3,h4{break-after:avoid}h3{font-size:1.05em}
    table{border-collapse:collapse;width:100%;margin:.6em 0;font-size:.92em}
    th,td{border:1px solid #aaa;padding:.3em .5em;text-align:left;vertical-align:top;
    overflow-wrap:anywhere}thead th{background:#eee}tr{break-inside:avoid}
    tbody th{width:32%;font-weight:600;background:#f7f7f7}
    """
}

extension Document.Block {
  fileprivate var html: [String] {
    switch self {
    case .heading(let level, let text): return ["<h\(level)>\(text.inHTML)</h\(level)>"]
    case .paragraph(let text): return ["<p>\(text.inHTML)</p>"]
    case .list(let items):
      return ["<ul>"] + items.map { "<li>\($0.inHTML)</li>" } + ["</ul>"]
    case .fields(let fields):
      return ["<table>", "<tbody>"]
        + fields.map {
          "<tr><th scope=\"row\">\($0.label.inHTML)</th><td>\($0.value.inHTML)</td></tr>"
        } + ["</tbody>", "</table>"]
    case .table(let heads, let rows):
      let head = heads.map { "<th scope=\"col\">\($0.inHTML)</th>" }.joined()
      return ["<table>", "<thead><tr>\(head)</tr></thead>", "<tbody>"]
        + rows.map { row in
          "<tr>" + row.map { "<td>\($0.inHTML)</td>" }.joined() + "</tr>"
        } + ["</tbody>", "</table>"]
    }
  }
}

extension String {
  /// As text of a page: nothing in it is markup.
  fileprivate var inHTML: String {
    var text = ""
    for scalar in settled.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
