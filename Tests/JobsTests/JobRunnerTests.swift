import CountersignTesting
import Domain
import Jobs
import Metrics
import Postgres
import Store
import Synchronization
import Testing
import Workflow

@Suite("jobs")
struct JobRunnerTests {
  @Test("a job is done once it is due, once, with its effect")
  func done() async throws {
    try await JobScene.with { scene in
      let script = Script()
      let runner = scene.runner([script])
      try await scene.enqueue("a", afterSeconds: 60)
      scene.at(59)
      #expect(try await runner.work() == 0)
      scene.at(60)
      #expect(try await runner.work() == 1)
      #expect(try await runner.work() == 0)
      #expect(script.keys == ["a"])
      #expect(try await scene.standing() == ["a": "done 1", "effect-a": "waiting 0"])
    }
  }

  @Test("asked for twice it is one job, also when it has been done")
  func unique() async throws {
    try await JobScene.with { scene in
      let script = Script()
      try await scene.enqueue("a")
      try await scene.enqueue("a")
      #expect(try await scene.runner([script]).work() == 1)
      try await scene.enqueue("a")
      #expect(try await scene.runner([script]).work() == 0)
    }
  }

  @Test("a transaction that fails leaves no job")
  func undone() async throws {
    struct Undone: Error {}
    try await JobScene.with { scene in
      await #expect(throws: Undone.self) {
        try await scene.service.database.transaction {
          (tx: borrowing Transaction) async throws in
          JobStore.enqueue(
            NewJob(.webhookDelivery, subject: "one", key: "a", dueAt: scene.start),
            at: scene.start, in: tx)
          #expect(try await JobStore.waiting(in: tx).count == 1)
          throw Undone()
        }
      }
      let left = try await scene.standing()
      #expect(left.isEmpty)
    }
  }

  @Test("a failed attempt waits longer each time, with jitter, until there is no other")
  func backOff() async throws {
    try await JobScene.with { scene in
      let script = Script { _ in throw Script.Trouble(description: "no") }
      let runner = scene.runner([script])
      try await scene.enqueue("a")
      for (second, count) in [(0, 1), (9, 0), (11, 1), (100, 0), (122, 1), (100_000, 0)] {
        scene.at(Int64(second))
        #expect(try await runner.work() == count, "at \(second) s")
      }
      #expect(try await scene.standing() == ["a": "failed 3"])
    }
  }

  @Test("the wait is between itself and a tenth more")
  func jitter() {
    let backOff = BackOff(waitSeconds: [100])
    let now = Timestamp(microseconds: 0)
    #expect(backOff.next(after: 1, at: now, jitter: 0) == now.adding(seconds: 100))
    #expect(backOff.next(after: 1, at: now, jitter: 1) == now.adding(seconds: 110))
    #expect(backOff.next(after: 2, at: now, jitter: 0) == nil)
  }

  @Test("a claim that ran out is taken over, and the first one's effect is undone")
  func takenOver() async throws {
    try await JobScene.with { scene in
      let rival = Script()
      let slow = Script { _ in
        // While it works, its claim runs out and another replica does the job.
        scene.at(Job.claimSeconds)
        let count = try await scene.runner([rival]).work()
        #expect(count == 1)
      }
      let runner = scene.runner([slow])
      try await scene.enqueue("a")
      #expect(try await runner.work() == 1)
      #expect(slow.keys == ["a"] && rival.keys == ["a"])
      // The rival's effect stands, made once.
      #expect(try await scene.standing() == ["a": "done 2", "effect-a": "waiting 0"])
      let page = MetricsText.bytes(of: runner.meter.families(leads: true))
      let line = #"job_attempts_total{kind="webhook_delivery",outcome="lost"} 1"#
      #expect(String(decoding: page, as: UTF8.self).contains(line))
    }
  }

  @Test("a claim that stands is not taken")
  func claimed() async throws {
    try await JobScene.with { scene in
      let rival = Script()
      let slow = Script { _ in
        scene.at(Job.claimSeconds - 1)
        let count = try await scene.runner([rival]).work()
        #expect(count == 0)
      }
      try await scene.enqueue("a")
      #expect(try await scene.runner([slow]).work() == 1)
    }
  }

  @Test("one subject with many jobs does not keep another waiting")
  func fair() async throws {
    try await JobScene.with { scene in
      for number in 0..<40 { try await scene.enqueue("many-\(number)", subject: "many") }
      try await scene.enqueue("few", subject: "few", afterSeconds: 1)
      scene.at(1)
      let script = Script()
      #expect(try await scene.runner([script]).work() == Int(Job.perSubjectMax) + 1)
      #expect(script.keys.contains("few"))
    }
  }

  @Test("twenty replicas at once do every job once")
  func once() async throws {
    try await JobScene.with { scene in
      for number in 0..<64 { try await scene.enqueue("\(number)", subject: "\(number % 8)") }
      let script = Script()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            let runner = scene.runner([script])
            while try await runner.work() > 0 {}
          }
        }
        try await group.waitForAll()
      }
      #expect(script.keys.count == 64 && Set(script.keys).count == 64)
    }
  }

  @Test("what ended long ago is forgotten, and nothing else")
  func forgotten() async throws {
    try await JobScene.with { scene in
      let runner = scene.runner([Script()], chores: [ForgetJobsChore()])
      try await scene.enqueue("a")
      #expect(try await runner.work() == 1)
      scene.at(Job.keptSeconds - 1)
      #expect(try await runner.sweep() == 0)
      scene.at(Job.keptSeconds + 3_600)
      #expect(try await runner.sweep() == 1)
      #expect(try await scene.standing() == ["effect-a": "waiting 0"])
    }
  }
}
