using System.Collections.Concurrent;

namespace WorkerTracing.Faults;

/// <summary>
/// Workers that have done a plan and wait for the next one. Most of the processor time of a short plan is the start of a process, and a
/// backend that fails meets a worker that has met another failure before.
/// </summary>
internal static class WorkerPool
{
    private static readonly ConcurrentBag<WorkerProcess> Idle = [];

    public static WorkerProcess Rent() => Idle.TryTake(out WorkerProcess? worker) ? worker : new WorkerProcess();

    /// <summary>Keeps a worker whose plan is done.</summary>
    public static void Return(WorkerProcess worker) => Idle.Add(worker);

    /// <summary>Ends the workers, none of which may be in use.</summary>
    public static async Task EndAsync()
    {
        while (Idle.TryTake(out WorkerProcess? worker))
            await worker.EndAsync();
    }
}
