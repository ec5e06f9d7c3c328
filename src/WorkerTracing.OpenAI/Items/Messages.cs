using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Finds what was said in a model call where instrumentations record it: attributes, the current conventions' event with the same
/// attributes, the events per message of 1.36, or the attributes before those.
/// </summary>
internal static class Messages
{
    public static bool TryWriteInput(SpanFields fields, Activity span)
    {
        object? messages = Recorded(fields, span, GenAI.InputMessages);
        object? instructions = Recorded(fields, span, GenAI.SystemInstructions);
        if (messages is not null || instructions is not null)
            ChatMessages.Write(fields, instructions, messages);
        else if (!MessageEvents.TryWriteInput(fields, span))
            return TryWriteOld(fields, span, GenAI.OldPrompt, "user");
        return true;
    }

    public static bool TryWriteOutput(SpanFields fields, Activity span)
    {
        if (Recorded(fields, span, GenAI.OutputMessages) is { } messages)
            ChatMessages.Write(fields, null, messages);
        else if (!MessageEvents.TryWriteOutput(fields, span))
            return TryWriteOld(fields, span, GenAI.OldCompletion, "assistant");
        return true;
    }

    private static object? Recorded(SpanFields fields, Activity span, string attribute)
    {
        if (fields.Tags[attribute] is { } recorded)
            return recorded;
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
        {
            if (entry.Name == GenAI.InferenceDetailsEvent && MessageEvents.Tag(entry, attribute) is { } inEvent)
                return inEvent;
        }
        return null;
    }

    /// <summary>Before 1.30 a prompt was one attribute, of the span or of an event: messages as JSON, or plain text.</summary>
    private static bool TryWriteOld(SpanFields fields, Activity span, string attribute, string role)
    {
        object? value = fields.Tags[attribute];
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
            value ??= MessageEvents.Tag(entry, attribute);
        if (value is null)
            return false;

        JsonPart recorded = fields.Json.Read(value);
        if (recorded.IsArray)
        {
            fields.Output.Write(recorded.Text);
            return true;
        }
        fields.Output.Write("[{\"role\":"u8);
        JsonString.Write(fields.Output, role);
        fields.Output.Write(",\"content\":"u8);
        fields.Output.Write(recorded.Text);
        fields.Output.Write("}]"u8);
        return true;
    }
}
