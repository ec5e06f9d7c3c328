using Microsoft.Extensions.Time.Testing;

namespace WorkerTracing.Tests;

public sealed class ExportRetryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ExportRetry _retry;

    public ExportRetryTests() => _retry = new ExportRetry(_time, new NoJitter());

    [Test]
    public void Remaining_ExportsThatFailInARow_DoublesUpToFiveSeconds()
    {
        var delays = new List<double>();
        for (int i = 0; i < 8; i++)
            delays.Add(Fail(16).TotalMilliseconds);

        Assert.That(delays, Is.EqualTo(new[] { 100.0, 200, 400, 800, 1600, 3200, 5000, 5000 }));
    }

    [Test]
    public void Remaining_ExportDelivers_BeginsAgainWithTheFirstDelay()
    {
        Fail(1);
        Fail(1);
        Succeed(suspects: 1);

        Assert.That(Fail(4), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
    }

    [TestCase(20)]
    [TestCase(0.01)]
    public void Remaining_ExporterSaysWhen_IsThatTime(double seconds)
    {
        _retry.OnRetained(5, hasDelivered: false, Now(), TimeSpan.FromSeconds(seconds));

        Assert.That(_retry.Remaining, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [Test]
    public void Remaining_ExporterSaysNever_IsWhatATimerCanHold()
    {
        _retry.OnRetained(5, hasDelivered: false, Now(), TimeSpan.MaxValue);

        Assert.That(_retry.Remaining, Is.EqualTo(TimeSpan.FromMilliseconds(int.MaxValue)));
    }

    [Test]
    public void Remaining_SeveralExportsInFlightFail_IsOneDelay()
    {
        long started = Now();
        _retry.OnRetained(5, hasDelivered: false, started, TimeSpan.Zero);
        _retry.OnRetained(5, hasDelivered: false, started, TimeSpan.Zero);

        Assert.That(_retry.Remaining, Is.EqualTo(TimeSpan.FromMilliseconds(100)), "the same failure, seen twice");
        Assert.That(_retry.Limit, Is.EqualTo(5), "half of all that were retained");
    }

    [Test]
    public void Limit_ExportsFailAsAWhole_HalvesDownToOne()
    {
        var limits = new List<int>();
        Fail(20);
        for (int size = _retry.Limit; limits.LastOrDefault() != 1; size = _retry.Limit)
        {
            limits.Add(size);
            Fail(size);
        }

        Assert.That(limits, Is.EqualTo(new[] { 10, 5, 2, 1 }));
    }

    [Test]
    public void Limit_FirstHalfDelivered_IsTheRestAndAtOnce()
    {
        Fail(20);
        Succeed(suspects: 10);

        Assert.That((_retry.IsPaused, _retry.Limit, _retry.HasDelivered), Is.EqualTo((false, 10, true)));
    }

    [Test]
    public void IsFailing_EverySuspectDelivered_IsOver()
    {
        Fail(20);
        Succeed(suspects: 10);
        Succeed(suspects: 10);

        Assert.That((_retry.IsFailing, _retry.IsSearching), Is.EqualTo((false, false)));
    }

    [Test]
    public void OnSettled_ExportThatBeganBeforeTheFailure_ProvesNothing()
    {
        long before = Now();
        _retry.OnRetained(4, hasDelivered: false, Now(), TimeSpan.Zero);
        _retry.OnSettled(suspects: 0, before);

        Assert.That((_retry.IsFailing, _retry.IsPaused, _retry.Limit), Is.EqualTo((true, true, 2)));
    }

    [Test]
    public void Resume_DuringTheDelay_EndsIt()
    {
        Fail(4, waits: false);
        _retry.Resume();

        Assert.That((_retry.IsPaused, _retry.IsFailing), Is.EqualTo((false, true)));
    }

    [Test]
    public void Remaining_WithJitter_IsShorterByAQuarterAtMost()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var retry = new ExportRetry(_time, new Random(seed));
            retry.OnRetained(1, hasDelivered: false, Now(), TimeSpan.Zero);

            Assert.That(retry.Remaining.TotalMilliseconds, Is.InRange(75, 100));
        }
    }

    /// <summary>An export fails, and its delay goes by.</summary>
    private TimeSpan Fail(int spans, bool waits = true)
    {
        _retry.OnRetained(spans, hasDelivered: false, Now(), TimeSpan.Zero);
        TimeSpan delay = _retry.Remaining;
        if (waits)
            _time.Advance(delay);
        return delay;
    }

    private void Succeed(int suspects) => _retry.OnSettled(suspects, Now());

    private long Now()
    {
        _time.Advance(TimeSpan.FromTicks(1)); // no export begins in the instant in which another ends
        return _time.GetTimestamp();
    }

    private sealed class NoJitter : Random
    {
        public override double NextDouble() => 0;
    }
}
