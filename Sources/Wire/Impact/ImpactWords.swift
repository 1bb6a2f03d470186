import Domain

/// Names of the product in the two languages of the document.
struct ImpactWords {
  let language: Document.Language

  func role(_ name: String) -> String { word(name, ImpactWords.roles) }

  func verdict(_ name: String) -> String { word(name, ImpactWords.verdicts) }

  func state(_ name: String) -> String { word(name, ImpactWords.states) }

  func group(_ name: String) -> String { word(name, ImpactWords.groups) }

  func scope(_ name: String) -> String { word(name, ImpactWords.scopes) }

  /// An answer as people read it.
  func answer(_ json: JSON) -> String {
    switch json {
    case .bool(let value):
      return language == .english ? (value ? "yes" : "no") : (value ? "是" : "否")
    case .array(let options):
      if options.isEmpty { return language == .english ? "none" : "无" }
      return options.map(answer).joined(separator: language == .english ? ", " : "、")
    case .string(let option): return word(option, ImpactWords.options)
    case .number(let number): return number.literal
    case .null, .object: return language == .english ? "not answered" : "未作答"
    }
  }

  private func word(_ name: String, _ chinese: [String: String]) -> String {
    let plain = name.split(separator: "_").joined(separator: " ")
    return language == .english ? plain : chinese[name] ?? name
  }

  private static let roles = [
    "requester": "申请人", "legal_reviewer": "法务审查人", "risk_reviewer": "风险审查人",
    "business_owner": "业务负责人", "security_reviewer": "安全审查人",
    "data_protection_officer": "个人信息保护负责人", "general_counsel": "总法律顾问",
    "accountable_executive": "主管高级管理人员",
  ]

  private static let verdicts = [
    "approve": "同意", "request_changes": "要求修改", "reject": "不同意",
  ]

  private static let states = [
    "draft": "草稿", "in_review": "审查中", "approved": "已批准", "countered": "已提出限缩方案",
    "changes_requested": "已要求修改", "rejected": "已否决", "lapsed": "逾期失效",
    "withdrawn": "已撤回", "superseded": "已被新修订取代", "scheduled": "待生效", "active": "生效中",
    "suspended": "已中止", "ended": "已终止", "revoked": "已撤销", "replaced": "已被替换",
  ]

  private static let groups = [
    "purpose": "目的与必要性", "target": "目标", "access": "访问方式", "load": "负载",
    "data": "数据与个人信息", "execution": "实施",
  ]

  private static let scopes = [
    "everything": "全部抓取", "site": "站点", "proposal": "本申请", "grant": "本授权", "pool": "工作池",
    "worker": "工作进程",
  ]

  private static let options = [
    "none": "无", "other": "其他", "unknown": "不明", "not_applicable": "不适用",
    "search_index": "搜索索引", "price_reference": "价格参考", "research_noncommercial": "非商业研究",
    "ai_training": "人工智能训练", "own_asset_security": "自有资产安全测试",
    "credit_or_risk_scoring": "信用或者风险评分", "competing_product": "竞争性产品",
    "data_resale": "数据转售", "none_exists": "不存在替代途径",
    "exists_rejected_reason_attached": "存在，未采用，理由已附", "exists_not_examined": "存在，未论证",
    "group": "本集团", "customers": "客户", "public": "社会公众", "own": "自有",
    "partner_contract": "有合同的合作方", "private_company": "民营企业",
    "public_interest_platform": "公益平台", "state_organ": "国家机关", "cii": "关键信息基础设施",
    "state_affairs_defence_cutting_edge": "国家事务、国防建设、尖端科学技术领域", "finance": "金融",
    "telecom": "电信", "transport": "交通", "education": "教育", "medical": "医疗", "energy": "能源",
    "water": "水利", "egovernment": "电子政务", "CN": "中国", "EU": "欧盟", "US": "美国", "UK": "英国",
    "written_authorisation": "已取得书面授权", "notified_acknowledged": "已告知并获确认",
    "notified_no_reply": "已告知，未获回复", "not_notified": "未告知",
    "open_no_login": "公开，无须登录", "api_key_contract": "合同约定的接口密钥",
    "api_key_public": "公开申领的接口密钥", "login_own_account": "以自有账号登录",
    "app_private_api": "应用程序的非公开接口", "paywall": "付费墙",
    "login_third_party_account": "以他人账号登录", "allowed": "允许", "disallowed": "禁止",
    "unreachable_5xx": "服务器错误，无法获取", "permits": "允许", "silent": "未作规定",
    "prohibits": "禁止", "not_read": "未查阅", "rate_limit": "限速", "captcha": "验证码",
    "ip_block": "封禁IP", "device_fingerprint": "设备指纹", "request_signature": "请求签名",
    "encryption": "加密", "waf_challenge": "防火墙质询", "robots_ai": "robots.txt 的人工智能条款",
    "content_signal": "Content-Signal 声明", "meta_noai": "noai 元标签",
    "natural_language": "自然语言声明", "technical_block": "技术封禁", "complaint": "投诉",
    "cease_and_desist": "律师函", "litigation": "诉讼", "stated_by_operator": "目标运营者书面说明",
    "measured_baseline": "实测基线", "public_statement": "公开资料", "incidental": "附带涉及",
    "targeted": "以个人信息为对象", "biometric": "生物识别", "religious": "宗教信仰",
    "specific_identity": "特定身份", "financial_account": "金融账户", "location_track": "行踪轨迹",
    "minor_under_14": "不满十四周岁未成年人", "special_category_gdpr": "GDPR特殊类别",
    "consent": "个人同意", "contract": "订立、履行合同所必需", "statutory_duty": "履行法定职责或者法定义务",
    "public_reasonable_scope": "合理范围内处理已合法公开的信息",
    "legitimate_interest_assessed": "正当利益（已评估）", "public_no_objection": "自行公开且无人拒绝",
    "objected": "已被拒绝", "not_needed": "不需要", "done": "已完成", "missing": "缺失",
    "important": "重要数据", "core": "核心数据或者国家秘密", "facts_only": "仅为事实信息", "works": "作品",
    "database_substantial_part": "数据库的实质性部分", "group_abroad": "境外集团成员",
    "third_party_abroad": "境外第三方", "inhouse_reviewed": "自研并经审查",
    "contractor_reviewed": "外包并经审查", "inherited_unknown": "沿用，来源不明",
  ]
}
