using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// Not a benchmark: very many jobs of six spans through the core, some of which wait for delivery, and the heap after each tenth of them.
/// First with a backend that answers, then with one that is down from the beginning to the end, while the queue is full.
/// </summary>
internal static class MemoryCurve
{
    private const int Steps = 10;
    private const int SpansPerJob = 6;

    private static readonly ActivitySource Spans = new("WorkerTracing.Benchmarks.Memory");

    public static void Print(int jobs)
    {
        using var answering = new NullExporter();
        using var refusing = new RefusingExporter(ExportOutcome.Dropped);
        using var retaining = new RefusingExporter(ExportOutcome.Retained);
        using var hung = new HungExporter();
        double[][] columns =
        [
            Heaps(answering, jobs, FlushMode.Wait),
            Heaps(refusing, jobs, FlushMode.Wait),
            Heaps(retaining, jobs, FlushMode.None),
            Heaps(hung, jobs, FlushMode.None, hung.Release),
        ];

        Console.WriteLine("| jobs | backend answers, MB | backend refuses, MB | backend is down (retained), MB | backend hangs, MB |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: |");
        for (int step = 0; step <= Steps; step++)
        {
            string cells = string.Join(" | ", columns.Select(column => column[step].ToString("0.00", CultureInfo.InvariantCulture)));
            string label = step == 0 ? "warm-up" : ((long)jobs * step / Steps).ToString("N0", CultureInfo.InvariantCulture);
            Console.WriteLine($"| {label} | {cells} |");
        }
    }

    /// <summary>The heap in MB after the warm-up and after each step.</summary>
    private static double[] Heaps(BaseExporter<Activity> exporter, int jobs, FlushMode flush, Action? release = null)
    {
        var options = new BatchTraceProcessorOptions();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing", Spans.Name)
            .AddProcessor(new BatchTraceProcessor(exporter, options))
            .Build();
        var tracer = new JobTracer(provider, new WorkerTracingOptions { FlushTimeout = TimeSpan.FromSeconds(1) });
        double[] heaps = new double[Steps + 1];
        Run(tracer, Math.Max(2 * options.MaxQueueSize, jobs / 100), flush);
        heaps[0] = Heap();
        for (int step = 1; step <= Steps; step++)
        {
            Run(tracer, jobs / Steps, flush);
            heaps[step] = Heap();
        }

        release?.Invoke();
        return heaps;
    }

    private static void Run(JobTracer tracer, int jobs, FlushMode flush)
    {
        for (int i = 0; i < jobs; i++)
        {
            var info = new JobInfo { System = "hosted", Name = "job", Flush = i % 64 == 0 ? flush : FlushMode.None };
            JobTrace job = tracer.Start(info);
            for (int span = 1; span < SpansPerJob; span++)
                Spans.StartActivity("step")?.Dispose();
            job.End();
        }
    }

    private static double Heap() => GC.GetTotalMemory(forceFullCollection: true) / 1e6;
}
