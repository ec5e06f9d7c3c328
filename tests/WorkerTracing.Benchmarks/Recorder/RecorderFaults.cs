using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Exporter;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// The page faults of a thread that records spans as fast as it can, into files that it uses for the first time. The first round also has
/// those of the runtime: its compiler and its heap.
/// </summary>
internal static class RecorderFaults
{
    private const int Rounds = 3;
    private const int Writes = 60_000;

    /// <param name="idle">How long the recorder is idle before each round: the system may write its pages back meanwhile.</param>
    public static void Print(TimeSpan idle)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}");
        Console.WriteLine("| round | idle before | spans | faults | spans with a fault | first span with a fault |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        for (int round = 1; round <= Rounds; round++)
        {
            (long faults, List<int> spans) = Measure(idle);
            string first = spans.Count == 0 ? "" : $"{spans[0]}";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {round} | {idle.TotalSeconds:0} s | {Writes:N0} | {faults} | {spans.Count} | {first} |"));
        }
    }

    private static (long Faults, List<int> Spans) Measure(TimeSpan idle)
    {
        string directory = Directory.CreateTempSubdirectory("recorder-").FullName;
        using var recorder = FlightRecorder.Open(
            new FlightRecorderOptions { Directory = directory }, NullLogger.Instance, TimeProvider.System);
        using var exporter = new OtlpSpanExporter(new OtlpExporterOptions { Protocol = OtlpExportProtocol.HttpProtobuf });
        RecorderChannel channel = recorder.Register(exporter);
        using var job = new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        job.Start();
        channel.Open(job, "job 1");
        using Activity span = SampleSpans.Make(SpanKind.Custom, job);
        var spans = new List<int>(Writes);
        Thread.Sleep(idle);
        long first = ThreadFaults.Read();
        long last = first;
        for (int i = 0; i < Writes; i++)
        {
            if (!channel.Write(span).IsRecorded)
                throw new InvalidOperationException("A span was not recorded.");
            long now = ThreadFaults.Read();
            if (now > last)
                spans.Add(i);
            last = now;
        }

        Directory.Delete(directory, recursive: true);
        return (last - first, spans);
    }
}
