import ArgumentParser

/// The commands that call a server, in the order in which help lists them.
enum ClientCommands {
  static let all: [any ParsableCommand.Type] = [
    ProposalsCommand.self, ReviewsCommand.self, GrantsCommand.self, LeasesCommand.self,
    BreakersCommand.self, LocksCommand.self, IncidentsCommand.self, RevocationsCommand.self,
    PeopleCommand.self, PoolsCommand.self, GatewaysCommand.self, SitesCommand.self,
    KeysCommand.self, PolicyCommand.self, RobotsCommand.self, FilesCommand.self,
    WebhooksCommand.self, ReadyCommand.self,
  ]
}
