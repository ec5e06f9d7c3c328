using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// The time of a job of six spans on its own thread, with the flight recorder and without. Both take turns, and the best round of each
/// counts: other programs on the machine only add to the time of a round.
/// </summary>
internal static class RecorderJobCost
{
    private const int Turns = 8;

    public static async Task PrintAsync(int rounds)
    {
        await using OtlpCostReceiver receiver = await OtlpCostReceiver.StartAsync();
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}");
        Console.WriteLine("Without the recorder first, with it second.");
        Console.WriteLine("| five of the six spans | time on the job's thread | ratio | processor time until delivered | ratio | bytes |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (ActivityKind kind in new[] { ActivityKind.Internal, ActivityKind.Client })
        {
            var without = new RecorderJobSide(receiver.Http, kind, isRecorded: false);
            var with = new RecorderJobSide(receiver.Http, kind, isRecorded: true);
            for (int turn = 0; turn < Turns; turn++)
            {
                await without.RunAsync(rounds);
                await with.RunAsync(rounds);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {kind} | {without.Microseconds:F2}, {with.Microseconds:F2} µs | {with.Microseconds / without.Microseconds:F2} "
                + $"| {without.Processor:F2}, {with.Processor:F2} µs | {with.Processor / without.Processor:F2} "
                + $"| {without.Bytes:N0}, {with.Bytes:N0} |"));
        }
    }
}
