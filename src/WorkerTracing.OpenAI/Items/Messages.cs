using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Finds the messages of a model call where instrumentations record them: in attributes, in the event of the current conventions that
/// has the same attributes, in the events for each message of 1.36, or in the attributes before those.
/// </summary>
internal static class Messages
{
    private static ReadOnlySpan<byte> User => "\"user\""u8;

    private static ReadOnlySpan<byte> Assistant => "\"assistant\""u8;

    public static bool TryWriteInput(SpanFields fields, Activity span)
    {
        object? messages = Recorded(fields, span, GenAI.InputMessages);
        object? instructions = Recorded(fields, span, GenAI.SystemInstructions);
        if (instructions is not null)
            ChatMessages.Write(fields, instructions, messages);
        else if (messages is not null)
            ChatMessages.Write(fields, messages);
        else if (!MessageEvents.TryWriteInput(fields, span))
            return TryWriteOld(fields, span, GenAI.OldPrompt, User);
        return true;
    }

    public static bool TryWriteOutput(SpanFields fields, Activity span)
    {
        if (Recorded(fields, span, GenAI.OutputMessages) is { } messages)
            ChatMessages.Write(fields, messages);
        else if (!MessageEvents.TryWriteOutput(fields, span))
            return TryWriteOld(fields, span, GenAI.OldCompletion, Assistant);
        return true;
    }

    public static object? Recorded(SpanFields fields, Activity span, string attribute)
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
    private static bool TryWriteOld(SpanFields fields, Activity span, string attribute, ReadOnlySpan<byte> role)
    {
        object? value = fields.Tags[attribute];
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
            value ??= MessageEvents.Tag(entry, attribute);
        if (value is null)
            return false;
        JsonPart recorded = fields.Json.Read(value);
        if (recorded.IsArray)
        {
            ChatMessages.Write(fields, value);
            return true;
        }
        fields.Output.Write((byte)'[');
        ApiMessage.WriteContent(fields.Output, fields.Output.Length, recorded, role);
        fields.Output.Write((byte)']');
        return true;
    }
}
