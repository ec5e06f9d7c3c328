namespace WorkerTracing.Faults;

/// <summary>What holds for every run, whatever the fault.</summary>
internal static class RunAssert
{
    /// <summary>Every job ran and returned its own result, or threw its own exception.</summary>
    public static void JobsAreUnharmed(FaultRun run)
    {
        Assert.That(run.Report.Unharmed, Is.EqualTo(run.Plan.Jobs), "jobs with a result of their own");
        Assert.That(run.Ended, Has.Count.EqualTo(4 * run.Plan.Jobs), "four spans a job");
        Assert.That(run.Report.PeakMemory, Is.LessThan(400L << 20), "memory stays bounded, whatever the backend sends");
    }

    /// <summary>
    /// Rule 4 of the flush contract. While the backend fails or hangs, those who were already waiting may wait their whole timeout, and so
    /// may those who come while one more export could still start; all later ones are told at once. A backend that is merely slow is worth
    /// each wait.
    /// </summary>
    public static void PaymentIsBounded(FaultRun run)
    {
        if (run.Plan.Flush != FlushMode.Wait)
        {
            Assert.That(run.Report.SumPaid, Is.EqualTo(TimeSpan.Zero), "nobody waits who was not asked to");
            return;
        }

        int most = run.Fault.IsSlow ? run.Report.Jobs : (run.Protocol.Slots + 1) * run.Plan.Concurrency;
        Assert.That(run.Report.HeldForWholeTimeout, Is.LessThanOrEqualTo(most), "jobs that paid their whole timeout");
    }

    /// <summary>
    /// Every span that ended has arrived, is counted as lost or is said to be in flight; in two of these is one only where an answer was
    /// lost.
    /// </summary>
    public static void SpansAddUp(FaultRun run)
    {
        Arrival arrives = run.Fault.ArrivesOver(run.Protocol);
        HashSet<ulong> ended = run.Ended;
        ulong[] read = run.Ledger.Read;
        ulong[] acknowledged = run.Ledger.Acknowledged;
        long lost = run.Report.Lost.Values.Sum();
        Assert.That(run.Ledger.Malformed, Is.Null, "every request can be read");
        Assert.That(ended.IsSupersetOf(read), Is.True, "nothing arrives that never was");
        Assert.That(run.Elsewhere.Requests, Is.Zero, "nothing goes where it was not sent");
        if (arrives != Arrival.Some)
            Assert.That(acknowledged, Has.Length.EqualTo(arrives == Arrival.All ? ended.Count : 0), "spans that arrive");
        else if (run.Plan.Flush == FlushMode.Wait)
            Assert.That(acknowledged, Is.Not.Empty, "spans of the jobs that ran while the backend was well");

        if (!run.Fault.IsRefusal && !(run.Fault.IsRefusalOverOtlp && run.Protocol.IsOtlp))
            Assert.That(
                run.Report.Lost.Keys,
                Does.Not.Contain("export_failed"),
                "what may pass is kept, until there is no room or no more time");
        if (run.Fault.LosesAnswersOver(run.Protocol, run.Plan.Flush))
        {
            Assert.That(
                read.Length + lost + run.InFlight,
                Is.GreaterThanOrEqualTo(ended.Count),
                "a span that did not arrive is counted as lost, or is said to be in flight");
            Assert.That(lost, Is.LessThanOrEqualTo(ended.Count), "no span is counted twice");
        }
        else
        {
            Assert.That(
                acknowledged.Length + lost,
                Is.InRange(ended.Count - run.InFlight, ended.Count),
                "a span has arrived or is counted as lost, and never both, unless it is said to be in flight");
            Assert.That(run.Ledger.Twice.Intersect(acknowledged), Is.Empty, "what arrived came once");
        }
    }

    public static void NothingIsLeaked(FaultRun run)
    {
        Assert.That(run.Ledger.Leaked, Is.Empty, "secrets in what was sent");
        Assert.That(
            Secrets.All.Where(secret => run.Output.Contains(secret, StringComparison.Ordinal)),
            Is.Empty,
            "secrets in logs and metrics");
    }
}
