using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Exporter;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// The page faults of a thread that records spans into files that it uses for the first time: at a steady pace, and as fast as it can. The
/// first round also has those of the runtime: its compiler and its heap.
/// </summary>
internal static class RecorderFaults
{
    private const int Spans = 60_000;

    private static readonly int?[] SpansASecond = [100_000, 100_000, null, null];

    /// <param name="idle">How long the recorder is idle before each round: the system may write its pages back meanwhile.</param>
    public static void Print(TimeSpan idle)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}");
        Console.WriteLine("| idle before | spans a second | spans | recorded | faults | spans with a fault | first span with a fault |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (int? pace in SpansASecond)
        {
            string directory = Directory.CreateTempSubdirectory("recorder-").FullName;
            (int recorded, long faults, List<int> spans) = Measure(directory, idle, pace);
            Directory.Delete(directory, recursive: true); // the recorder is closed: its thread makes no more files
            string shown = pace?.ToString("N0", CultureInfo.InvariantCulture) ?? "all it can";
            string first = spans.Count == 0 ? "" : $"{spans[0]}";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {idle.TotalSeconds:0} s | {shown} | {Spans:N0} | {recorded:N0} | {faults} | {spans.Count} | {first} |"));
        }
    }

    private static (int Recorded, long Faults, List<int> Spans) Measure(string directory, TimeSpan idle, int? pace)
    {
        using var recorder = FlightRecorder.Open(
            new FlightRecorderOptions { Directory = directory }, NullLogger.Instance, TimeProvider.System);
        using var exporter = new OtlpSpanExporter(new OtlpExporterOptions { Protocol = OtlpExportProtocol.HttpProtobuf });
        RecorderChannel channel = recorder.Register(exporter);
        using var job = new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        job.Start();
        channel.Open(job, "job 1");
        using Activity span = SampleSpans.Make(SpanKind.Custom, job);
        var spans = new List<int>(Spans);
        TimeSpan interval = pace is { } perSecond ? TimeSpan.FromSeconds(1) / perSecond : TimeSpan.Zero;
        Thread.Sleep(idle);
        int recorded = 0;
        long started = Stopwatch.GetTimestamp();
        long first = ThreadFaults.Read();
        long last = first;
        for (int i = 0; i < Spans; i++)
        {
            while (Stopwatch.GetElapsedTime(started) < i * interval)
                Thread.SpinWait(1);
            recorded += channel.Write(span).IsRecorded ? 1 : 0;
            long now = ThreadFaults.Read();
            if (now > last)
                spans.Add(i);
            last = now;
        }

        return (recorded, last - first, spans);
    }
}
