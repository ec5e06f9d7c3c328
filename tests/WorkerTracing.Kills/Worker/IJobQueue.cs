namespace WorkerTracing.Kills;

/// <summary>A framework's way to enqueue a job.</summary>
internal interface IJobQueue
{
    Task EnqueueLongAsync(int round);

    Task EnqueueShortAsync(CancellationToken cancellationToken);
}
