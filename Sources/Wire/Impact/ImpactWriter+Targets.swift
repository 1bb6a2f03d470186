import Domain

extension ImpactWriter {
  /// What each target is to expect, and when.
  func addTargets(to document: inout Document) {
    document.add(
      .heading(2, say("4. Expected load on each target", "四、对各目标的预计负载")))
    for (index, target) in targets.enumerated() {
      let load = facts["load"].elements.first { $0["target"].int64 == Int64(index) } ?? .null
      document.add(
        .heading(3, say("Target \(index + 1): ", "目标\(index + 1)：") + list(target["hosts"])))
      document.add(.fields(subject(of: target) + numbers(of: load) + capacity(of: load)))
      document.add(
        .fields([
          .init(
            say("Permitted hours (the target's local time)", "许可时段（目标当地时间）"),
            hours(of: index, zone: target["time_zone"])),
          .init(
            say("Hours open in a week", "每周开放时长"),
            duration(minutes: load["open_minutes_per_week"])),
          .init(
            say("Days permitted at most", "许可天数上限"), count(load["days"])),
          .init(
            say("Requests in all", "请求总量上限"), count(load["total_requests"])),
          .init(
            say("Days until that is spent at the most on every day", "按每日上限计，用尽总量所需天数"),
            load["projected_days"] == .null
              ? say("nothing may be sent", "不得发送请求") : count(load["projected_days"])),
        ]))
    }
  }

  private func subject(of target: JSON) -> [Document.Field] {
    [
      .init(say("Paths", "路径"), list(target["path_prefixes"])),
      .init(say("Methods", "请求方法"), list(target["methods"])),
      .init(
        say("Operator", "目标运营者性质"), answer("operator_kind", of: target)),
      .init(say("Users served", "服务用户数"), answer("users_served", of: target)),
      .init(
        say("Asked for", "申请速率"),
        say(
          "\(known(target["max_rps"].text)) requests a second",
          "每秒\(known(target["max_rps"].text))次")),
    ]
  }

  private func numbers(of load: JSON) -> [Document.Field] {
    let rate = known(load["max_rps"].text)
    return [
      .init(
        say("At most, after the policy", "经政策限制后的最高速率"),
        say("\(rate) requests a second", "每秒\(rate)次")),
      .init(say("Requests on any one day", "单日请求数上限"), count(load["requests_per_day"])),
      .init(say("Requests at once", "并发请求数上限"), count(load["max_concurrency"])),
      .init(say("In one burst", "突发请求数上限"), count(load["burst"])),
      .init(say("Workers", "工作进程数上限"), count(load["max_workers"])),
      .init(say("Bytes", "传输字节数"), unknown),
    ]
  }

  private func capacity(of load: JSON) -> [Document.Field] {
    let capacity = load["capacity"]
    guard let rate = capacity["max_rps"].text else {
      return [
        .init(
          say("Capacity of the target", "目标承载能力"),
          say(
            "not known; the share of it cannot be stated",
            "不明；无法计算占用比例"))
      ]
    }
    let evidence = capacity["url"].string ?? capacity["sha256"].string
    return [
      .init(
        say("Capacity of the target", "目标承载能力"),
        say(
          "\(rate) requests a second (observed \(day(capacity["observed_on"])), valid to "
            + "\(day(capacity["expires_on"])): \(known(evidence)))",
          "每秒\(rate)次（\(day(capacity["observed_on"]))取得，有效期至"
            + "\(day(capacity["expires_on"]))：\(known(evidence))）")),
      .init(
        say("Share of the known capacity", "占已知承载能力的比例"),
        percent(load["capacity_share_millionths"])),
    ]
  }

  /// Millionths as a percentage: `0.5 %`.
  func percent(_ millionths: JSON) -> String {
    guard let value = millionths.int64 else { return unknown }
    let whole = value / 10_000
    var decimals = (value % 10_000).padded(to: 4)
    while decimals.last == "0" { decimals.removeLast() }
    return decimals.isEmpty ? "\(whole) %" : "\(whole).\(decimals) %"
  }

  private func duration(minutes: JSON) -> String {
    guard let value = minutes.int64 else { return unknown }
    let (hours, rest) = (value / 60, value % 60)
    return rest == 0
      ? say("\(hours) h", "\(hours)小时") : say("\(hours) h \(rest) min", "\(hours)小时\(rest)分钟")
  }

  private func hours(of index: Int, zone: JSON) -> String {
    let cap = assessment["caps"].elements.first { $0["target"].int64 == Int64(index) } ?? .null
    let place = known(zone.string)
    let windows = cap["windows"].elements
    if windows.isEmpty { return say("none (\(place))", "无（\(place)）") }
    let texts = windows.map(window)
    return texts.joined(separator: say("; ", "；")) + say(" (\(place))", "（\(place)）")
  }

  func window(_ window: JSON) -> String {
    let days = window["days"]
    let every = days.string == "all" || days.elements.count == 7
    let separator = say(", ", "、")
    let names =
      every
      ? say("every day", "每日")
      : days.elements.compactMap(\.string).map(weekday).joined(separator: separator)
    return "\(names) \(known(window["start"].string))–\(known(window["end"].string))"
  }

  private func weekday(_ name: String) -> String {
    guard words.language == .chinese else { return name }
    return [
      "mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日",
    ][name] ?? name
  }
}
