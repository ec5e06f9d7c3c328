using WorkerTracing.Testing.PublicApi;

namespace WorkerTracing.Quartz3.Tests;

/// <summary>Not in WorkerTracing.PublicApi.Tests: no project can reference both versions of Quartz.</summary>
public sealed class PublicApiTests
{
    [Test]
    public void PublicApi_OfThePackage_IsWhatWasApproved()
    {
        string difference = PublicApiSnapshot.Difference(typeof(JobTraceListener).Assembly, "tests/WorkerTracing.Quartz3.Tests");

        if (difference.Length > 0)
            Assert.Fail(difference);
    }
}
