using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace WorkerTracing.Docs.Tests;

/// <summary>The instruments that the packages publish, without those of other meters.</summary>
internal static class PublishedInstruments
{
    public static IReadOnlyList<Instrument> Of(IEnumerable<Assembly> assemblies)
    {
        var published = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "WorkerTracing")
                    published.Add(instrument);
            },
        };
        foreach (Type type in assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(HasMeter))
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);

        listener.Start();
        return published;
    }

    /// <summary>Gets the kind as the pages write it.</summary>
    public static string Kind(Instrument instrument) => instrument switch
    {
        Histogram<double> => "histogram",
        Counter<long> => "counter",
        UpDownCounter<long> or ObservableUpDownCounter<long> => "updowncounter",
        ObservableGauge<long> => "gauge",
        ObservableCounter<long> => "counter",
        _ => instrument.GetType().Name,
    };

    private static bool HasMeter(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Any(static field => field.FieldType == typeof(Meter));
}
