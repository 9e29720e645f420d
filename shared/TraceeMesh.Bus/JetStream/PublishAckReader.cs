using System.Text.Json;

namespace TraceeMesh.Bus;

/// <summary>Reads the acknowledgement of a publish: <c>{"stream":"S","seq":7,"domain":"D","duplicate":true}</c> or <c>{"error":{...}}</c>.</summary>
internal static class PublishAckReader
{
    public static PublishAck Read(ReadOnlySpan<byte> json, string? expectedStream = null)
    {
        try
        {
            return ReadObject(json, expectedStream);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return new PublishAck(PublishAckStatus.Refused, Description: "the acknowledgement is not what JetStream sends");
        }
    }

    private static PublishAck ReadObject(ReadOnlySpan<byte> json, string? expectedStream)
    {
        var reader = new Utf8JsonReader(json);
        string? stream = null, domain = null, description = null;
        long sequence = 0;
        var code = 0;
        var duplicate = false;
        var failed = false;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("stream"u8))
            {
                reader.Read();
                stream = expectedStream is not null && reader.ValueTextEquals(expectedStream) ? expectedStream : reader.GetString();
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                reader.Read();
                sequence = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("domain"u8))
            {
                reader.Read();
                domain = reader.GetString();
            }
            else if (reader.ValueTextEquals("duplicate"u8))
            {
                reader.Read();
                duplicate = reader.GetBoolean();
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                failed = true;
            }
            else if (reader.ValueTextEquals("err_code"u8))
            {
                reader.Read();
                code = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("description"u8))
            {
                reader.Read();
                description = reader.GetString();
            }
        }

        if (failed)
        {
            var status = code == JetStreamErrors.WrongLastSequence ? PublishAckStatus.WrongLastSequence : PublishAckStatus.Refused;
            return new PublishAck(status, stream, sequence, domain, code, description);
        }

        return stream is null
            ? new PublishAck(PublishAckStatus.Refused, Description: "the acknowledgement names no stream")
            : new PublishAck(duplicate ? PublishAckStatus.Duplicate : PublishAckStatus.Stored, stream, sequence, domain);
    }
}
