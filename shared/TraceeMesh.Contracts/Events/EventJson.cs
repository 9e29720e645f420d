using System.Globalization;
using System.Text.Json;

namespace TraceeMesh.Contracts.Events;

/// <summary>The JSON form of an event (tracee.md §6.1, 0.2x), with the object <c>mesh</c> added.</summary>
public static class EventJson
{
    /// <summary>Writes an event as one object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="e">The event.</param>
    /// <param name="metadata">What else is known of its container; null writes nothing of it.</param>
    /// <param name="named">Flags and the like are texts with their names (<see cref="ArgumentNames"/>) instead of numbers.</param>
    public static void Write(Utf8JsonWriter json, Event e, ContainerMetadata? metadata = null, bool named = false)
    {
        json.WriteStartObject();
        WriteOrigin(json, e, metadata);
        WriteName(json, e.Definition.Id, e.Definition.Name);
        WriteTail(json, e, e.Definition.Arguments.Count);
        WriteArguments(json, e, named);
        json.WriteNull("metadata"u8);
        json.WriteStartObject("mesh"u8);
        WriteMeshIdentity(json, e);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>From <c>timestamp</c> to <c>kubernetes</c>.</summary>
    public static void WriteOrigin(Utf8JsonWriter json, Event e, ContainerMetadata? metadata = null)
    {
        ref var c = ref e.Context;
        json.WriteNumber("timestamp"u8, c.Timestamp);
        json.WriteNumber("threadStartTime"u8, c.ThreadStartTime);
        json.WriteNumber("processorId"u8, c.Cpu);
        json.WriteNumber("processId"u8, c.ProcessId);
        json.WriteNumber("threadId"u8, c.ThreadId);
        json.WriteNumber("parentProcessId"u8, c.ParentProcessId);
        json.WriteNumber("cgroupId"u8, c.CgroupId);
        json.WriteNumber("hostProcessId"u8, c.HostProcessId);
        json.WriteNumber("hostThreadId"u8, c.HostThreadId);
        json.WriteNumber("hostParentProcessId"u8, c.HostParentProcessId);
        json.WriteNumber("userId"u8, (uint)c.UserId);
        json.WriteNumber("mountNamespace"u8, c.MountNamespace);
        json.WriteNumber("pidNamespace"u8, c.PidNamespace);
        json.WriteString("processName"u8, c.ProcessName.Bytes);
        json.WriteStartObject("executable"u8);
        json.WriteString("path"u8, c.Executable.Bytes);
        json.WriteEndObject();
        json.WriteString("hostName"u8, c.HostName.Bytes);
        json.WriteString("containerId"u8, c.ContainerId.Bytes);
        json.WriteStartObject("container"u8);
        WriteUnlessEmpty(json, "id"u8, c.ContainerId);
        WriteUnlessEmpty(json, "name"u8, c.ContainerName);
        WriteUnlessEmpty(json, "image"u8, c.ContainerImage);
        WriteUnlessEmpty(json, "imageDigest"u8, c.ContainerImageDigest);
        WriteLabels(json, "labels"u8, metadata?.Labels);
        json.WriteEndObject();
        json.WriteStartObject("kubernetes"u8);
        WriteUnlessEmpty(json, "podName"u8, c.PodName);
        WriteUnlessEmpty(json, "podNamespace"u8, c.PodNamespace);
        WriteUnlessEmpty(json, "podUID"u8, c.PodUid);
        if ((c.Flags & ContextFlags.PodSandbox) != 0)
        {
            json.WriteBoolean("podSandbox"u8, true);
        }

        WriteLabels(json, "podLabels"u8, metadata?.PodLabels);
        if (metadata is { OwnerName.Length: > 0 })
        {
            json.WriteStartObject("owner"u8);
            json.WriteString("kind"u8, metadata.OwnerKind);
            json.WriteString("name"u8, metadata.OwnerName);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary><c>eventId</c> (a number in a string) and <c>eventName</c>.</summary>
    public static void WriteName(Utf8JsonWriter json, int id, string name)
    {
        json.WriteString("eventId"u8, id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("eventName"u8, name);
    }

    /// <summary>From <c>matchedPolicies</c> to <c>parentEntityId</c>.</summary>
    public static void WriteTail(Utf8JsonWriter json, Event e, int argumentCount)
    {
        ref var c = ref e.Context;
        var compat = (c.Flags & ContextFlags.IsCompat) != 0;
        json.WriteStartArray("matchedPolicies"u8);
        json.WriteEndArray();
        json.WriteNumber("argsNum"u8, argumentCount);
        json.WriteNumber("returnValue"u8, c.ReturnValue);
        json.WriteString("syscall"u8, SystemCallTable.NameOf(c.Syscall, compat));
        json.WriteStartArray("stackAddresses"u8);
        json.WriteEndArray();
        json.WriteStartObject("contextFlags"u8);
        json.WriteBoolean("containerStarted"u8, (c.Flags & ContextFlags.ContainerStarted) != 0);
        json.WriteBoolean("isCompat"u8, compat);
        json.WriteEndObject();
        json.WriteNumber("threadEntityId"u8, c.ThreadEntityId);
        json.WriteNumber("processEntityId"u8, c.ProcessEntityId);
        json.WriteNumber("parentEntityId"u8, c.ParentEntityId);
    }

    /// <summary><c>args</c>.</summary>
    public static void WriteArguments(Utf8JsonWriter json, Event e, bool named = false)
    {
        json.WriteStartArray("args"u8);
        for (var i = 0; i < e.Definition.Arguments.Count; i++)
        {
            var argument = e.Definition.Arguments[i];
            json.WriteStartObject();
            json.WriteString("name"u8, argument.Name);
            if (named && e.Arguments[i].Present && ArgumentNames.Of(e.Definition, i, e.GetNumber(i)) is { } name)
            {
                json.WriteString("type"u8, ArgumentTypes.Name(ArgumentType.Text));
                json.WriteString("value"u8, name);
                json.WriteEndObject();
                continue;
            }

            json.WriteString("type"u8, ArgumentTypes.Name(argument.Type));
            json.WritePropertyName("value"u8);
            WriteArgument(json, e, i, argument.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The fields of <c>mesh</c> that say which event this is; the object is the caller's.</summary>
    public static void WriteMeshIdentity(Utf8JsonWriter json, Event e)
    {
        json.WriteString("node"u8, e.Frame.Node);
        json.WriteString("bootId"u8, e.Frame.BootId);
        json.WriteString("loadId"u8, e.Frame.LoadId.ToString("x8", CultureInfo.InvariantCulture));
        json.WriteNumber("position"u8, e.Context.Position);
        json.WriteNumber("partition"u8, e.Frame.Partition);
        WriteUnlessEmpty(json, "enrichment"u8, e.Context.Enrichment);
    }

    /// <summary>A value of a lookup or a finding; bytes as base64.</summary>
    public static void WriteValue(Utf8JsonWriter json, DataValue value)
    {
        switch (value.Kind)
        {
            case DataKind.Bool:
                json.WriteBooleanValue(value.Bool);
                break;
            case DataKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case DataKind.Unsigned:
                json.WriteNumberValue(value.Unsigned);
                break;
            case DataKind.Float when double.IsFinite(value.Float):
                json.WriteNumberValue(value.Float);
                break;
            case DataKind.Float:
                json.WriteStringValue(value.Float.ToString(CultureInfo.InvariantCulture));
                break;
            case DataKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case DataKind.Bytes:
                json.WriteBase64StringValue(value.Bytes.Span);
                break;
            case DataKind.List:
                json.WriteStartArray();
                foreach (var item in value.List)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            case DataKind.Map:
                json.WriteStartObject();
                foreach (var (name, item) in value.Map)
                {
                    json.WritePropertyName(name);
                    WriteValue(json, item);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArgument(Utf8JsonWriter json, Event e, int index, ArgumentType type)
    {
        ref readonly var value = ref e.Arguments[index];
        if (!value.Present)
        {
            json.WriteNullValue();
            return;
        }

        switch (type)
        {
            case ArgumentType.Text:
                json.WriteStringValue(value.Bytes.Span);
                break;
            case ArgumentType.Bytes:
                json.WriteBase64StringValue(value.Bytes.Span);
                break;
            case ArgumentType.TextList:
                json.WriteStartArray();
                foreach (var text in e.GetTexts(index))
                {
                    json.WriteStringValue(text.Bytes);
                }

                json.WriteEndArray();
                break;
            case var structure when ArgumentTypes.IsStructure(structure):
                WriteValue(json, e.GetStructure(index));
                break;
            case ArgumentType.Float:
                WriteValue(json, DataValue.Of(BitConverter.Int64BitsToDouble(value.Number)));
                break;
            case ArgumentType.Bool:
                json.WriteBooleanValue(value.Number != 0);
                break;
            case ArgumentType.ULong or ArgumentType.Pointer:
                json.WriteNumberValue((ulong)value.Number);
                break;
            default:
                json.WriteNumberValue(value.Number);
                break;
        }
    }

    private static void WriteLabels(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (var (label, value) in labels)
        {
            json.WriteString(label, value);
        }

        json.WriteEndObject();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, ReadOnlySpan<byte> name, Utf8Text text)
    {
        if (!text.IsEmpty)
        {
            json.WriteString(name, text.Bytes);
        }
    }
}
