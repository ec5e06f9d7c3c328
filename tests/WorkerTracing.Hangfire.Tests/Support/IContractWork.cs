namespace WorkerTracing.Hangfire.Tests;

/// <summary>A contract that asks for the flush of the jobs that fulfil it.</summary>
[FlushTrace(FlushMode.Wait)]
public interface IContractWork
{
    void Run(string key);
}
