using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// What the spans below an agent's span say about the agent: its tools, its output type, and whether it handed over. They end before
/// the agent's span and are written before it. Written by the export of the agent's trace; exports never overlap for one trace.
/// </summary>
internal sealed class AgentRun
{
    private readonly List<string> _tools = [];
    private readonly List<string> _handoffTools = [];
    private DateTime _lastCall;
    private bool _awaitsTool;

    /// <summary>Gets whether any span recorded the agent's tools.</summary>
    public bool HasDefinitions { get; private set; }

    public string? OutputType { get; private set; }

    public IReadOnlyList<string> Tools => _tools;

    public IReadOnlyList<string> HandoffTools => _handoffTools;

    /// <summary>Gets or sets the handoff that began this run.</summary>
    public Handoff? HandedOverBy { get; set; }

    /// <summary>
    /// Gets whether the run ended by a handoff: its last model call asked for a tool, no tool ran, and there are handoff tools.
    /// </summary>
    public bool EndsWithHandoff => _awaitsTool && _handoffTools.Count > 0;

    /// <summary>Gets the handoff tool that the last model call asked for; null where it is unknown.</summary>
    public string? HandoffToolUsed { get; private set; }

    /// <summary>Adds what a model call, or the agent's own span, recorded.</summary>
    public void AddDefinitions(SpanFields fields)
    {
        OutputType = fields.Tags.Text(GenAI.OutputType) ?? OutputType;
        JsonPart definitions = fields.Json.Read(fields.Tags[GenAI.ToolDefinitions]);
        if (!definitions.IsArray)
            return;
        HasDefinitions = true;
        foreach (JsonPart tool in definitions)
        {
            if (NameOf(tool).ToText() is { Length: > 0 } name)
                Add(HandoffTool.Is(name) ? _handoffTools : _tools, name);
        }
    }

    /// <summary>Adds a model call of the agent. The latest one decides whether the agent waits for a tool.</summary>
    public void AddModelCall(SpanFields fields, Activity call)
    {
        AddDefinitions(fields);
        DateTime ended = call.StartTimeUtc + call.Duration;
        if (ended < _lastCall)
            return;
        _lastCall = ended;
        _awaitsTool = fields.Json.Read(fields.Tags[GenAI.FinishReasons]).Text.IndexOf("\"tool_call"u8) >= 0;
        HandoffToolUsed = _awaitsTool ? FindHandoffCall(fields) : null;
    }

    private static void Add(List<string> names, string name)
    {
        if (!names.Contains(name))
            names.Add(name);
    }

    /// <summary>Finds the name in a definition, in one of the chat API's form, or in a bare name.</summary>
    private static JsonPart NameOf(JsonPart tool)
    {
        if (tool.IsString)
            return tool;
        JsonPart name = tool.Find("name"u8);
        return name.IsMissing ? tool.Find("function"u8).Find("name"u8) : name;
    }

    private string? FindHandoffCall(SpanFields fields)
    {
        if (_handoffTools.Count == 1)
            return _handoffTools[0];
        JsonPart messages = fields.Json.Read(fields.Tags[GenAI.OutputMessages]);
        foreach (JsonPart message in messages)
        {
            foreach (JsonPart part in message.Find("parts"u8))
            {
                if (part.Find("name"u8).ToText() is { } name && HandoffTool.Is(name))
                    return name;
            }
        }
        return null;
    }
}
