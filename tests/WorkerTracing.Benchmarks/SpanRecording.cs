using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Exporter;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// From an ended span inside a running job to its record in the flight recorder, on one thread: encoding for OTLP, checksum, and the copy
/// into the mapped file. The records are marked as done between the rounds, so the files are used again.
/// </summary>
[MemoryDiagnoser]
[WarmupCount(50)]
[IterationCount(100)]
public class SpanRecording
{
    private const int SpansPerRound = 10_000;

    private readonly RecordHandle[] _handles = new RecordHandle[SpansPerRound];
    private readonly string _directory = Directory.CreateTempSubdirectory("recorder-").FullName;
    private FlightRecorder? _recorder;
    private RecorderChannel? _channel;
    private OtlpSpanExporter? _exporter;
    private Activity? _job;
    private Activity? _span;

    [GlobalSetup]
    public void SetUp()
    {
        _recorder = FlightRecorder.Open(
            new FlightRecorderOptions { Directory = _directory }, NullLogger.Instance, TimeProvider.System);
        _exporter = new OtlpSpanExporter(new OtlpExporterOptions { Protocol = OtlpExportProtocol.HttpProtobuf });
        _channel = _recorder.Register(_exporter);
        _job = new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        _job.Start();
        _channel.Open(_job, "job 1");
        _span = SampleSpans.Make(SpanKind.Custom, _job);
    }

    [Benchmark(OperationsPerInvoke = SpansPerRound)]
    public void Write()
    {
        for (int i = 0; i < _handles.Length; i++)
            _handles[i] = _channel!.Write(_span!);
    }

    [IterationCleanup]
    public void MarkDone()
    {
        foreach (RecordHandle handle in _handles)
        {
            if (!handle.IsRecorded)
                throw new InvalidOperationException("A span was not recorded.");
            _channel!.MarkDone(handle);
        }

        _recorder!.Tend();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _job?.Dispose();
        _recorder?.Dispose();
        _exporter?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
