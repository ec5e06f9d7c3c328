using WorkerTracing.Testing.PublicApi;

namespace WorkerTracing.Tests;

public sealed class SnapshotTests
{
    [Test]
    public void PublicApi_OfThePackage_IsWhatWasApproved()
    {
        string difference = PublicApiSnapshot.Difference(typeof(JobTraceFilter).Assembly, "tests/WorkerTracing.Hangfire.Tests");

        if (difference.Length > 0)
            Assert.Fail(difference);
    }
}
