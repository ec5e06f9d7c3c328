using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// Reads the processors of a TracerProvider, for the warnings at the start. OpenTelemetry has no API for it, so this reads private members
/// of its SDK and answers null where they are missing.
/// </summary>
internal static class ProviderProcessors
{
    /// <summary>The package of the jobs page. Its processor exports nothing, and the page shows the traces.</summary>
    public const string DashboardPackage = "WorkerTracing.Dashboard";

    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Gets the processors of the application and of other libraries, without those of this library.</summary>
    /// <returns>The processors in the order in which they were added, or null where the SDK does not show them.</returns>
    public static IReadOnlyList<BaseProcessor<Activity>>? Foreign(TracerProvider provider) => All(provider)?.FindAll(IsForeign);

    /// <summary>
    /// Gets the foreign processors that see the end of a span after a flight recorder has written it, without those that only export.
    /// </summary>
    /// <returns>The processors in the order in which they were added, or null where the SDK does not show them.</returns>
    public static IReadOnlyList<BaseProcessor<Activity>>? AfterRecording(TracerProvider provider) => All(provider)?
        .SkipWhile(static processor => processor is not BatchTraceProcessor { Pipeline.Recording: not null })
        .Where(static processor => IsForeign(processor) && processor is not BaseExportProcessor<Activity>)
        .ToArray();

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away is a missing answer.")]
    [DynamicDependency("Processor", "OpenTelemetry.Trace.TracerProviderSdk", "OpenTelemetry")]
    private static List<BaseProcessor<Activity>>? All(TracerProvider provider)
    {
        if (provider.GetType().GetProperty("Processor", Members) is not { } first)
            return null;
        var found = new List<BaseProcessor<Activity>>();
        return TryAdd(found, first.GetValue(provider)) ? found : null;
    }

    /// <summary>Gets the name of the type of the processor's exporter. Null where the processor has none or does not show it.</summary>
    [DynamicDependency("exporter", typeof(BaseExportProcessor<Activity>))]
    public static string? ExporterOf(BaseProcessor<Activity> processor) =>
        processor is BaseExportProcessor<Activity>
            ? typeof(BaseExportProcessor<Activity>).GetField("exporter", Members)?.GetValue(processor)?.GetType().Name
            : null;

    private static bool IsForeign(BaseProcessor<Activity> processor) =>
        processor.GetType().Assembly.GetName().Name is not (InstrumentationScope.Name or DashboardPackage);

    /// <summary>Adds a processor, or the parts of one that is the SDK's list of several.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away is a missing answer.")]
    [DynamicDependency("Head", typeof(CompositeProcessor<Activity>))]
    [DynamicDependency("Value", "OpenTelemetry.CompositeProcessor`1.DoublyLinkedListNode", "OpenTelemetry")]
    [DynamicDependency("Next", "OpenTelemetry.CompositeProcessor`1.DoublyLinkedListNode", "OpenTelemetry")]
    private static bool TryAdd(List<BaseProcessor<Activity>> found, object? processor)
    {
        if (processor?.GetType() != typeof(CompositeProcessor<Activity>))
        {
            if (processor is BaseProcessor<Activity> one)
                found.Add(one);
            return true;
        }

        object? node = typeof(CompositeProcessor<Activity>).GetField("Head", Members)?.GetValue(processor);
        bool isList = node is not null;
        while (isList && node is not null)
        {
            isList = node.GetType().GetMember("Next", Members).Length > 0 && TryAdd(found, Read(node, "Value"));
            node = Read(node, "Next");
        }

        return isList;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away is a missing answer.")]
    private static object? Read(object node, string member) =>
        node.GetType().GetProperty(member, Members) is { } property
            ? property.GetValue(node)
            : node.GetType().GetField(member, Members)?.GetValue(node);
}
