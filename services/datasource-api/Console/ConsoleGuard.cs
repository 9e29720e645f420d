using Microsoft.AspNetCore.Http.Features;
using TraceeMesh.Bus;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.Grpc;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Stands before every request of the console: headers, origin, bounds, sign-in; and turns what goes wrong into an answer.</summary>
/// <param name="signIn">Says who asks.</param>
/// <param name="counters">Where refusals are counted.</param>
/// <param name="log">The log.</param>
internal sealed class ConsoleGuard(SignIn signIn, ServiceCounters counters, ILogger log)
{
    private const string Api = "/api";
    private const string Session = "/api/v1/session";

    private static readonly HashSet<string> Probes = ["/healthz", "/readyz", "/metrics"];

    private readonly ServiceCounter _refused = counters.Counter("console_refused", "Requests of the console that were refused: from another site, without sign-in, or not allowed");
    private readonly ServiceCounter _failed = counters.Counter("console_failures", "Requests of the console that ended with an error of this service");

    /// <summary>Stands before what is added later.</summary>
    public void Use(IApplicationBuilder web) => web.Use(next => http => Probes.Contains(http.Request.Path.Value ?? "") ? next(http) : Answer(http, next));

    private async Task Answer(HttpContext http, RequestDelegate next)
    {
        ConsoleHeaders.Set(http.Response.Headers);
        try
        {
            RequestOrigin.Check(http.Request);
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            {
                body.MaxRequestBodySize = ConsoleLimits.BodyBytes;
            }

            // Who signs in is nobody yet; and the page itself is no secret.
            if (http.Request.Path.StartsWithSegments(Api) && !(http.Request.Path == Session && !HttpMethods.IsGet(http.Request.Method)))
            {
                http.Features.Set(signIn.Authenticate(http.Request));
            }

            await next(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested || http.Response.HasStarted)
        {
            // Nobody is there to be told, or what was told cannot be taken back: the connection ends.
            http.Abort();
        }
        catch (Exception e)
        {
            await Tell(http, e);
        }
    }

    private async Task Tell(HttpContext http, Exception e)
    {
        var refusal = Refusal(e);
        if (refusal is null)
        {
            _failed.Add();
            log.LogError(e, "{Method} {Path} of the console failed", http.Request.Method, http.Request.Path);
            refusal = new ConsoleException(StatusCodes.Status500InternalServerError, "internal", "this request failed; the log of datasource-api says why");
        }
        else if (refusal.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            _refused.Add();
        }

        http.Response.StatusCode = refusal.Status;
        await ConsoleJson.Write(http, json =>
        {
            json.WriteStartObject("error");
            json.WriteString("code", refusal.Code);
            json.WriteString("message", refusal.Message);
            json.WriteEndObject();
        });
    }

    private static ConsoleException? Refusal(Exception e) => e switch
    {
        ConsoleException known => known,
        BadHttpRequestException bad => new ConsoleException(bad.StatusCode, "bad_request", bad.Message),
        BusException bus => new ConsoleException(StatusCodes.Status503ServiceUnavailable, "bus", $"the bus does not answer: {bus.Message}"),
        LogUnavailableException unavailable => new ConsoleException(StatusCodes.Status503ServiceUnavailable, "unavailable", unavailable.Message),
        GrpcException grpc => new ConsoleException(StatusOf(grpc.Code), grpc.Code.WireName().ToLowerInvariant(), grpc.Message),
        _ => null,
    };

    private static int StatusOf(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        GrpcStatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        GrpcStatusCode.NotFound => StatusCodes.Status404NotFound,
        GrpcStatusCode.Unimplemented => StatusCodes.Status405MethodNotAllowed,
        GrpcStatusCode.Aborted => StatusCodes.Status409Conflict,
        GrpcStatusCode.ResourceExhausted => StatusCodes.Status507InsufficientStorage,
        GrpcStatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
