using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>An image that is not allowed while this lives: an entry of its own in <c>traceemesh/allowed_images</c>.</summary>
internal sealed class RefusedImage : IAsyncDisposable
{
    private const string Method = "/traceemesh.v1.DataSources/Write";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Fields of traceemesh/v1/data_sources.proto; each is a length-delimited one but for the boolean.
    private const byte Source = 1;
    private const byte Items = 2;
    private const byte Namespace = 1;
    private const byte Id = 2;
    private const byte Put = 1;
    private const byte Delete = 2;
    private const byte Key = 1;
    private const byte Value = 2;
    private const byte StringValue = 4;
    private static readonly byte[] False = [1 << 3, 0];

    private readonly HttpClient _http;
    private readonly string _image;

    private RefusedImage(string grpc, string image)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://{grpc}"), Timeout = Patience };
        _image = image;
    }

    /// <param name="grpc">Where the mesh takes writes, <c>HOST:PORT</c>.</param>
    /// <param name="image">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandException">The mesh does not take it.</exception>
    public static async Task<RefusedImage> Refuse(string grpc, string image, CancellationToken cancellation)
    {
        var refused = new RefusedImage(grpc, image);
        await refused.Write(Field(Put, [.. Field(Key, refused.Datum), .. Field(Value, False)]), cancellation);
        return refused;
    }

    public async ValueTask DisposeAsync()
    {
        await Write(Field(Delete, Datum), CancellationToken.None);
        _http.Dispose();
    }

    private byte[] Datum => Field(StringValue, Encoding.UTF8.GetBytes(_image));

    private async Task Write(byte[] item, CancellationToken cancellation)
    {
        byte[] message = [.. Field(Source, [.. Field(Namespace, "traceemesh"u8), .. Field(Id, "allowed_images"u8)]), .. Field(Items, item)];
        byte[] frame = [0, 0, 0, 0, (byte)message.Length, .. message];
        using var request = new HttpRequestMessage(HttpMethod.Post, Method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            var status = response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(h => h.Key == "grpc-status").Value?.First();
            if (status != "0")
            {
                throw new CommandException(ExitCode.Failure, $"the mesh does not let traceemesh/allowed_images be written by who shows no token: status {status ?? $"{(int)response.StatusCode}"}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandException(ExitCode.Failure, $"traceemesh/allowed_images cannot be written at {_http.BaseAddress}: {exception.Message}", exception);
        }
    }

    // All of them are short: a length is one byte.
    private static byte[] Field(byte number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
