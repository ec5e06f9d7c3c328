using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// The processor time and the bytes that a span costs from its end to the backend's acknowledgement: WorkerTracing's processor and OTLP
/// exporter beside OpenTelemetry's. The receiver is a process of its own, so that its cost does not count.
/// </summary>
/// <remarks>
/// Both sides take turns in short rounds, and the best round of each counts: other programs on the machine only add to the time of a round.
/// </remarks>
internal static class OtlpCost
{
    private const int SpansPerRound = 20_480;
    private const int WarmUpRounds = 20;

    public static async Task PrintAsync(int rounds)
    {
        await using OtlpCostReceiver receiver = await OtlpCostReceiver.StartAsync();
        Activity[] spans = OtlpCostSpans.Make();
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}, {rounds} rounds");
        Console.WriteLine("OpenTelemetry first, WorkerTracing second; times and bytes are of one span.");
        Console.WriteLine("| protocol | spans to a flush | batch size | processor time | ratio | bytes | ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (OtlpCostSetting setting in OtlpCostSetting.All)
        {
            using OtlpCostSide peer = setting.Peer(receiver);
            using OtlpCostSide ours = setting.Ours(receiver);
            for (int round = -WarmUpRounds; round < rounds; round++)
            {
                bool counts = round >= 0;
                int total = Math.Min(SpansPerRound, setting.SpansPerFlush * 200);
                peer.Run(spans, total, setting.SpansPerFlush, counts);
                ours.Run(spans, total, setting.SpansPerFlush, counts);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {setting.Protocol} | {setting.SpansPerFlush:N0} | {setting.PeerBatch:N0}, {setting.OurBatch:N0} "
                + $"| {peer.Microseconds:F2}, {ours.Microseconds:F2} µs | {ours.Microseconds / peer.Microseconds:F2} "
                + $"| {peer.Bytes:N0}, {ours.Bytes:N0} | {ours.Bytes / peer.Bytes:F2} |"));
        }
    }
}
