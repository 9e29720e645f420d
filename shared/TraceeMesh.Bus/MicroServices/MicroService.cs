using System.Buffers;
using System.Text.Json;

namespace TraceeMesh.Bus;

/// <summary>
/// Registers a data source as a NATS micro service (ADR-32): answers <c>$SRV.PING</c>, <c>$SRV.INFO</c> and <c>$SRV.STATS</c>,
/// each also with the service's name and with its id behind it.
/// </summary>
public sealed class MicroService : IDisposable
{
    /// <summary>Name of every data source of the mesh.</summary>
    public const string ServiceName = "tracee-ds";

    private const string ServiceVersion = "0.1.0";

    private readonly List<BusRegistration> _registrations = [];
    private readonly IReadOnlyList<KeyValuePair<string, string>> _metadata;
    private readonly IReadOnlyList<EndpointStatistics> _endpoints;
    private readonly string _id;
    private readonly string _description;
    private readonly DateTimeOffset _started;

    /// <summary>Registers.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="id">Id of this instance.</param>
    /// <param name="description">What it is, in a sentence.</param>
    /// <param name="metadata">What mesh.md section 4 asks for.</param>
    /// <param name="endpoints">Its endpoints.</param>
    public MicroService(BusConnection bus, string id, string description, IReadOnlyList<KeyValuePair<string, string>> metadata, IReadOnlyList<EndpointStatistics> endpoints)
    {
        _id = id;
        _description = description;
        _metadata = metadata;
        _endpoints = endpoints;
        _started = bus.Time.GetUtcNow();
        Register(bus, "PING", "io.nats.micro.v1.ping_response", static (_, _) => { });
        Register(bus, "INFO", "io.nats.micro.v1.info_response", WriteInfo);
        Register(bus, "STATS", "io.nats.micro.v1.stats_response", WriteStatistics);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Register(BusConnection bus, string verb, string type, Action<MicroService, Utf8JsonWriter> body)
    {
        foreach (var subject in (string[])[$"$SRV.{verb}", $"$SRV.{verb}.{ServiceName}", $"$SRV.{verb}.{ServiceName}.{_id}"])
        {
            _registrations.Add(bus.Subscribe(subject, message => message.Respond(Response(type, body), BusHeaders.Json)));
        }
    }

    private ReadOnlySpan<byte> Response(string type, Action<MicroService, Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("name", ServiceName);
            json.WriteString("id", _id);
            json.WriteString("version", ServiceVersion);
            json.WriteStartObject("metadata");
            foreach (var (name, value) in _metadata)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            body(this, json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private static void WriteInfo(MicroService service, Utf8JsonWriter json)
    {
        json.WriteString("description", service._description);
        WriteEndpoints(service, json, static (_, _) => { });
    }

    private static void WriteStatistics(MicroService service, Utf8JsonWriter json)
    {
        json.WriteString("started", service._started);
        WriteEndpoints(service, json, static (endpoint, json) =>
        {
            var requests = endpoint.Requests;
            var nanoseconds = (long)endpoint.ProcessingTime.TotalNanoseconds;
            json.WriteNumber("num_requests", requests);
            json.WriteNumber("num_errors", endpoint.Errors);
            json.WriteString("last_error", endpoint.LastError);
            json.WriteNumber("processing_time", nanoseconds);
            json.WriteNumber("average_processing_time", requests == 0 ? 0 : nanoseconds / requests);
        });
    }

    private static void WriteEndpoints(MicroService service, Utf8JsonWriter json, Action<EndpointStatistics, Utf8JsonWriter> more)
    {
        json.WriteStartArray("endpoints");
        foreach (var endpoint in service._endpoints)
        {
            json.WriteStartObject();
            json.WriteString("name", endpoint.Name);
            json.WriteString("subject", endpoint.Subject);
            json.WriteString("queue_group", endpoint.QueueGroup);
            more(endpoint, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
