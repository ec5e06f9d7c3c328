namespace WorkerTracing.Tests;

/// <summary>A job that is enqueued by its interface, which asks for the flush.</summary>
[FlushTrace(FlushMode.Wait)]
public interface IDerivedWork
{
    void RunByContract(string key);
}
