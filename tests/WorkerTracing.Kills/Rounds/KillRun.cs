namespace WorkerTracing.Kills;

/// <summary>
/// Workers that are killed with SIGKILL one after the other, each at a random moment, and a last one that only delivers what they have left.
/// </summary>
internal static class KillRun
{
    private const long MaxBytes = 256 * 1024 * 1024;

    private static readonly TimeSpan MostLife = TimeSpan.FromSeconds(2);

    /// <param name="scenario">The scenario.</param>
    /// <param name="seed">The seed of the moments at which workers are killed.</param>
    public static async Task<KillResult> RunAsync(Scenario scenario, int seed)
    {
        var random = new Random(seed);
        long mostBytes = 0;
        await using var workers = new Workers(scenario.Way, MaxBytes, payload: 0);
        if (!scenario.IsDown)
            workers.Backend.Start();
        for (int i = 0; i < scenario.Kills; i++)
        {
            await workers.RunAsync(scenario.Framework, random.NextDouble() * MostLife, isKilled: true);
            mostBytes = Math.Max(mostBytes, DiskBytes.Of(workers.Storage));
        }

        workers.Backend.Start();
        Verdict verdict = await workers.DeliverAsync();
        return new KillResult(scenario, verdict, mostBytes, workers.FilesLeft);
    }
}
