using System.Diagnostics.Metrics;

namespace WorkerTracing.Tests;

[NonParallelizable] // the meter is shared by all jobs of the process
public sealed class JobMetricsTests : IDisposable
{
    private readonly Pipeline _pipeline = new(new WorkerTracingOptions());
    private readonly string _name = $"job {Guid.NewGuid():n}";
    private readonly List<(Instrument Instrument, double Value, Dictionary<string, object?> Tags)> _measured = [];
    private readonly MeterListener _listener = new();

    [SetUp]
    public void Listen()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "WorkerTracing")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _pipeline.Dispose();
    }

    [Test]
    public void Job_ThatFails_IsMeasuredAsContribDoes()
    {
        JobTrace job = _pipeline.Tracer.Start(
            Pipeline.Job(_name) with { DueAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(30) });
        Assert.That(Values("workflow.execution.status"), Is.EqualTo(new[] { 1 }));
        job.Fail(new InvalidOperationException());
        job.Dispose();

        Assert.That(Values("workflow.execution.status"), Is.EqualTo(new[] { 1, -1 }));
        Assert.That(Tags("workflow.execution.status")[0], Is.EquivalentTo(new Dictionary<string, object?>
        {
            ["workflow.platform.name"] = "test",
            ["workflow.task.name"] = _name,
            ["workflow.execution.state"] = "executing",
        }));
        Assert.That(Tags("workflow.execution.outcome").Single(), Is.EquivalentTo(new Dictionary<string, object?>
        {
            ["workflow.platform.name"] = "test",
            ["workflow.task.name"] = _name,
            ["workflow.execution.result"] = "failure",
            ["error.type"] = typeof(InvalidOperationException).FullName,
        }));
        Assert.That(Tags("workflow.execution.errors").Single(), Is.EquivalentTo(new Dictionary<string, object?>
        {
            ["workflow.platform.name"] = "test",
            ["workflow.task.name"] = _name,
            ["error.type"] = typeof(InvalidOperationException).FullName,
        }));
        Assert.That(
            Tags("workflow.execution.duration").Select(static tags => tags["workflow.execution.state"]),
            Is.EqualTo(new[] { "pending", "executing" }));
        Assert.That(Values("workflow.execution.duration")[0], Is.GreaterThanOrEqualTo(30));
    }

    [Test]
    public void Job_ThatSucceedsWithoutADueTime_HasNoErrorAndNoWait()
    {
        _pipeline.Start(_name).Dispose();

        Assert.That(Values("workflow.execution.errors"), Is.Empty);
        Assert.That(
            Tags("workflow.execution.duration").Select(static tags => tags["workflow.execution.state"]),
            Is.EqualTo(new[] { "executing" }));
    }

    [Test]
    public void Durations_AdviseBucketsFromAMillisecondToAnHour()
    {
        _pipeline.Start(_name).Dispose();

        IReadOnlyList<double>? buckets = _measured
            .Select(static measured => measured.Instrument).OfType<Histogram<double>>()
            .First(static instrument => instrument.Name == "workflow.execution.duration").Advice?.HistogramBucketBoundaries;

        Assert.That(buckets, Is.Ordered);
        Assert.That(buckets![0], Is.EqualTo(0.001));
        Assert.That(buckets[^1], Is.EqualTo(3600));
    }

    private double[] Values(string instrument) => [.. Of(instrument).Select(static measured => measured.Value)];

    private Dictionary<string, object?>[] Tags(string instrument) => [.. Of(instrument).Select(static measured => measured.Tags)];

    private IEnumerable<(Instrument Instrument, double Value, Dictionary<string, object?> Tags)> Of(string instrument)
        => _measured.Where(measured => measured.Instrument.Name == instrument);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = new Dictionary<string, object?>(tags.ToArray());
        if (all.GetValueOrDefault("workflow.task.name") as string == _name)
            _measured.Add((instrument, value, all));
    }
}
