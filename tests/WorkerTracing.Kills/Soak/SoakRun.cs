using System.Diagnostics;

namespace WorkerTracing.Kills;

/// <summary>
/// Workers with the flight recorder that are killed or stopped in turn, while the backend comes and goes. The spans are large, so that the
/// recorder uses one file after the other.
/// </summary>
internal sealed class SoakRun(TimeSpan duration, int seed)
{
    private const long MaxBytes = 64 * 1024 * 1024;
    private const int Payload = 2048;

    private readonly Random _random = new(seed); // of the lives
    private readonly Random _outages = new(seed + 1);
    private readonly long _started = Stopwatch.GetTimestamp();

    private bool IsOver => Stopwatch.GetElapsedTime(_started) >= duration;

    /// <summary>Gets the longest phase of the backend and the longest life of a worker. The files hold an outage of this length.</summary>
    private TimeSpan MostPhase => duration / 8 < TimeSpan.FromSeconds(16) ? duration / 8 : TimeSpan.FromSeconds(16);

    public async Task<SoakResult> RunAsync()
    {
        await using var workers = new Workers(Way.FlightRecorder, MaxBytes, Payload);
        using var disk = new DiskWatch(workers.Storage);
        Task<int> backend = SwitchAsync(workers.Backend);
        int kills = 0;
        int stops = 0;
        while (!IsOver)
        {
            bool isKilled = kills <= stops;
            await workers.RunAsync(Framework.Core, Phase(_random), isKilled);
            kills += isKilled ? 1 : 0;
            stops += isKilled ? 0 : 1;
        }

        int outages = await backend;
        Verdict verdict = await workers.DeliverAsync();
        return new SoakResult(duration, verdict, kills, stops, outages, disk.Stop(), disk.Segments, MaxBytes, workers.FilesLeft);
    }

    /// <returns>How often the backend was down. It is up at the end.</returns>
    private async Task<int> SwitchAsync(Backend backend)
    {
        int outages = 0;
        while (!IsOver)
        {
            backend.Start();
            await Task.Delay(Phase(_outages));
            await backend.StopAsync();
            outages++;
            await Task.Delay(Phase(_outages));
        }

        backend.Start();
        return outages;
    }

    private TimeSpan Phase(Random random) => (0.2 + (0.8 * random.NextDouble())) * MostPhase;
}
