using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>
/// A process of its own that records jobs and spans until it is killed, or sends what it finds. It says what it does, one line each: what
/// it said before it was killed is known, whatever happens to its memory.
/// </summary>
internal static class RecordingProcess
{
    public const string Recording = "record";
    public const string Adopting = "adopt";

    /// <summary>An open job: written behind <see cref="RecorderChannel.Open"/>.</summary>
    public const string Opened = "opened";

    /// <summary>A span is about to be recorded, or a job to be opened.</summary>
    public const string Begun = "begun";

    /// <summary>A span is about to end.</summary>
    public const string Ending = "ending";

    /// <summary>A span is recorded: written behind <see cref="RecorderChannel.Write"/>.</summary>
    public const string Written = "written";

    /// <summary>A record is about to be done, or, of an adopting process, a span was taken.</summary>
    public const string Done = "done";

    private const int Threads = 4;
    private const int OpenJobs = 10;

    /// <summary>Starts a process.</summary>
    /// <param name="role"><see cref="Recording"/> or <see cref="Adopting"/>.</param>
    /// <param name="directory">The directory of the recorder.</param>
    /// <param name="seed">The seed of what it records.</param>
    public static ChildProcess Start(string role, string directory, int seed = 0) => ChildProcess.StartDotnet(
        [typeof(RecordingProcess).Assembly.Location, role, directory, seed.ToString(CultureInfo.InvariantCulture)]);

    private static void Main(string[] arguments)
    {
        Activity.DefaultIdFormat = ActivityIdFormat.W3C;
        var options = new FlightRecorderOptions { Directory = arguments[1], MaxBytes = RecorderFixture.SmallestMaxBytes };
        using var recorder = FlightRecorder.Open(options, NullLogger.Instance, TimeProvider.System);
        RecorderChannel channel = recorder.Register(new TextExporter());
        if (arguments[0] == Adopting)
        {
            Adopt(recorder, channel);
            return;
        }

        int seed = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        var threads = new Thread[Threads];
        for (int i = 0; i < Threads; i++)
        {
            int number = i;
            threads[i] = new Thread(() => Record(channel, new Random(seed + number), number));
            threads[i].Start();
        }

        Console.In.Read(); // It ends with its parent, too.
        Environment.Exit(0);
    }

    /// <summary>Some jobs run all the time, others end, with spans inside; spans that are done are marked.</summary>
    private static void Record(RecorderChannel channel, Random random, int thread)
    {
        var open = new Queue<Activity>();
        var queued = new Queue<(RecordHandle Handle, Activity Span)>();
        for (int i = 0; ; i++)
        {
            Activity.Current = null;
            Activity job = Start($"job {thread} {i}");
            channel.Open(job, $"{thread} {i}");
            Say(Opened, job);
            for (int spans = random.Next(4); spans > 0; spans--)
                End(channel, Start($"span{new string('x', random.Next(3000))}"), queued);
            open.Enqueue(job);
            if (open.Count > OpenJobs)
                End(channel, open.Dequeue(), queued);
            while (queued.Count > 20 && queued.TryDequeue(out (RecordHandle Handle, Activity Span) oldest))
            {
                if (random.Next(3) == 0)
                    channel.MarkUnqueued(oldest.Handle);
                Say(Done, oldest.Span);
                channel.MarkDone(oldest.Handle);
            }
        }
    }

    private static void Adopt(FlightRecorder recorder, RecorderChannel channel)
    {
        recorder.Adopt();
        var taken = new List<TakenRecord>();
        channel.Take(taken, int.MaxValue, int.MaxValue);
        foreach (TakenRecord record in taken)
        {
            Console.WriteLine($"{Done} {record.Span.SpanId}");
            channel.MarkDone(record.Handle);
        }
    }

    private static Activity Start(string name)
    {
        var span = new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.Start();
        Say(Begun, span);
        return span;
    }

    private static void End(RecorderChannel channel, Activity span, Queue<(RecordHandle Handle, Activity Span)> queued)
    {
        Say(Ending, span);
        span.Stop();
        RecordHandle handle = channel.Write(span);
        if (!handle.IsRecorded)
            return;
        Say(Written, span);
        queued.Enqueue((handle, span));
    }

    /// <summary>One system call for a line, without a buffer of the process's own.</summary>
    private static void Say(string what, Activity span) => Lines.Write(what, span.SpanId);

    private static class Lines
    {
        private static readonly Stream Output = Console.OpenStandardOutput();

        public static void Write(string what, ActivitySpanId span)
        {
            lock (Output)
                Output.Write(Encoding.ASCII.GetBytes($"{what} {span}\n"));
        }
    }
}
