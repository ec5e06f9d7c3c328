using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

[SetUpFixture]
public static class FaultRunsSetUp
{
    [OneTimeTearDown]
    public static async Task EndAsync()
    {
        await WorkerPool.EndAsync();
        if (Environment.GetEnvironmentVariable("WORKERTRACING_FAULT_TABLE") is { Length: > 0 } page)
            FaultTable.Write(Repository.PathOf(page));
    }
}
