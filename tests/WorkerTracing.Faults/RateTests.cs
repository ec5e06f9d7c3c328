using System.Globalization;

namespace WorkerTracing.Faults;

/// <summary>100,000 spans a second: what is sent is what arrived and what was reported lost.</summary>
[NonParallelizable]
public sealed class RateTests
{
    /// <summary>How long, in seconds. A minute is <c>WORKERTRACING_RATE_SECONDS=60</c>.</summary>
    private static readonly string Seconds = Environment.GetEnvironmentVariable("WORKERTRACING_RATE_SECONDS") ?? "2";

    private static IEnumerable<TestCaseData> Protocols() => FaultMatrix.Protocols();

    [TestCaseSource(nameof(Protocols))]
    public async Task Run_HundredThousandSpansASecond_EverySpanIsAccountedFor(object protocol)
    {
        FaultRun run = await FaultRun.MakeAsync(FaultList.Healthy, (Protocol)protocol, FlushMode.None, static plan => plan with
        {
            Scenario = "rate",
            Rate = 100_000,
            Duration = TimeSpan.FromSeconds(double.Parse(Seconds, CultureInfo.InvariantCulture)),
            ShutdownTimeout = TimeSpan.FromSeconds(20),
            RequestTimeout = TimeSpan.FromSeconds(10),
        });
        FaultTable.Add($"100,000 spans a second are asked for, for {Seconds} s", run);

        Assert.That(run.Ended, Has.Count.EqualTo(4 * run.Report.Jobs).And.Not.Empty, "four spans a job");
        Assert.That(
            run.Ledger.Acknowledged.Length + run.Report.Lost.Values.Sum(),
            Is.EqualTo(run.Ended.Count),
            "arrived or counted as lost");
        Assert.That(run.Ledger.Twice, Is.Empty);
        Assert.That(run.Report.Lost.Keys, Is.SubsetOf(new[] { "queue_full" }), "nothing is lost but what found the queue full");
    }
}
