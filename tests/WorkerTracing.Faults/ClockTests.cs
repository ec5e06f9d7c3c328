namespace WorkerTracing.Faults;

/// <summary>
/// A wall clock that jumps while jobs run. Every timeout counts on the monotonic clock, so that nothing but the times on the spans may
/// notice.
/// </summary>
public sealed class ClockTests
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static IEnumerable<TestCaseData> Jumps() => FaultMatrix.Of(
        [FaultList.Unhurried, FaultList.Hung],
        from protocol in Protocol.All
        from jump in new[] { "+3600", "-3600" }
        select new object[] { protocol, jump });

    [TestCaseSource(nameof(Jumps))]
    public async Task Run_WhileTheClockJumps_NothingIsLostOrHeldForIt(object fault, object protocol, string jump)
    {
        if (!File.Exists(Library))
            Assert.Ignore("libfaketime is not installed: apt-get install libfaketime");
        string clock = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(clock, "+0");
            Fault jumping = (Fault)fault with { AtHalf = _ => File.WriteAllTextAsync(clock, jump) };
            FaultRun run = await FaultRun.MakeAsync(jumping, (Protocol)protocol, FlushMode.Wait, plan => plan with
            {
                Scenario = "clock",
                Concurrency = 10,
                FlushTimeout = jumping.Arrives == Arrival.All
                    ? Long
                    : plan.FlushTimeout,
                RequestTimeout = jumping.Arrives == Arrival.All ? Long : plan.RequestTimeout,
            }, new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = Library,
                ["FAKETIME_TIMESTAMP_FILE"] = clock,
                ["FAKETIME_CACHE_DURATION"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            });
            FaultTable.Add($"the clock jumps by {jump} s; the backend {run.Fault.Name}", run);

            if (jumping.Arrives == Arrival.All)
                Assert.That(
                    run.Report.Flushes.Keys,
                    Is.EqualTo(new[] { FlushStatus.Delivered }),
                    "no timeout of half a minute has come for an hour that was not");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(run.Report.Unharmed, Is.EqualTo(run.Report.Jobs), "jobs with a result of their own");
                RunAssert.PaymentIsBounded(run);
                RunAssert.SpansAddUp(run);
            }
        }
        finally
        {
            File.Delete(clock);
        }
    }
}
