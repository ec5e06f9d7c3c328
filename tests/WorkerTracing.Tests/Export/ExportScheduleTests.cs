using Microsoft.Extensions.Time.Testing;

namespace WorkerTracing.Tests;

public sealed class ExportScheduleTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan None = Timeout.InfiniteTimeSpan;

    private readonly FakeTimeProvider _time = new();
    private readonly ExportRetry _retry;
    private readonly ExportSchedule _schedule;
    private readonly ExportsInFlight _inFlight = new();

    public ExportScheduleTests()
    {
        _retry = new ExportRetry(_time, new Random(1));
        _schedule = new ExportSchedule(Delay, new FlushCoalescer(1, _time), _retry, _time);
        _schedule.Start();
    }

    [Test]
    public void UntilExport_NothingWasAskedFor_IsTheRestOfTheDelay()
    {
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.That(_schedule.UntilExport(None, _inFlight), Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public void RequestIfScheduled_BeforeTheDelayIsOver_AsksForNothing()
    {
        _time.Advance(Delay - TimeSpan.FromTicks(1));
        _schedule.RequestIfScheduled(7);

        Assert.That(_schedule.Requested, Is.Zero);
    }

    [Test]
    public void RequestIfScheduled_DelayIsOver_AsksForEverythingAndBeginsAgain()
    {
        _time.Advance(Delay);
        _schedule.RequestIfScheduled(7);

        Assert.That(_schedule.Requested, Is.EqualTo(7));
        Assert.That(_schedule.UntilExport(None, _inFlight), Is.EqualTo(Delay));
    }

    [Test]
    public void UntilExport_SpansAreDue_IsNow() =>
        Assert.That(_schedule.UntilExport(TimeSpan.Zero, _inFlight), Is.EqualTo(TimeSpan.Zero));

    [Test]
    public void UntilExport_SpansAreDueBeforeTheSchedule_IsTheirTime() =>
        Assert.That(_schedule.UntilExport(TimeSpan.FromSeconds(1), _inFlight), Is.EqualTo(TimeSpan.FromSeconds(1)));

    [Test]
    public void UntilExport_AfterAFailure_IsTheEndOfTheDelayThatTheExporterAsksFor()
    {
        _retry.OnRetained(1, hasDelivered: false, _time.GetTimestamp(), TimeSpan.FromMinutes(1));
        TimeSpan during = _schedule.UntilExport(TimeSpan.Zero, _inFlight);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That((during, _schedule.UntilExport(TimeSpan.Zero, _inFlight)), Is.EqualTo((TimeSpan.FromMinutes(1), TimeSpan.Zero)));
    }

    [Test]
    public void UntilExport_OneExportProbesAfterAFailure_WaitsForItsEnd()
    {
        _retry.OnRetained(1, hasDelivered: false, _time.GetTimestamp(), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        var probe = new ExportBatch(1) { Started = _time.GetTimestamp() };
        _inFlight.Add(probe);

        Assert.That(_schedule.UntilExport(TimeSpan.Zero, _inFlight), Is.EqualTo(None));
    }

    [Test]
    public void UntilExport_ExportFromBeforeTheFailureHangs_DoesNotWaitForIt()
    {
        _inFlight.Add(new ExportBatch(1) { Started = _time.GetTimestamp() });
        _time.Advance(TimeSpan.FromSeconds(1));
        _retry.OnRetained(1, hasDelivered: false, _time.GetTimestamp(), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(_schedule.UntilExport(TimeSpan.Zero, _inFlight), Is.EqualTo(TimeSpan.Zero));
    }
}
