using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.ServiceDefaults.Configuration;
using TraceeMesh.ServiceDefaults.Http;
using TraceeMesh.ServiceDefaults.Telemetry;

namespace TraceeMesh.ServiceDefaults;

/// <summary>
/// The ground every service stands on: options, a connected bus, time, log, counters, health, heartbeats, and
/// <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c> over HTTP.
/// </summary>
public sealed class MeshHost : IAsyncDisposable
{
    private static readonly TimeSpan BusWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    // What the last numbers may take of a service's end; who collects them may be gone.
    private const int FarewellMilliseconds = 1000;

    private readonly PrometheusText _metrics = new();
    private readonly OtlpExport _export;
    private readonly MeterProvider _meters;
    private readonly ILoggerFactory _logs;
    private BusConnection? _bus;
    private volatile bool _busRefused;
    private WebApplication? _web;

    private MeshHost(MeshOptions options)
    {
        Options = options;
        Subjects = new Subjects(options.Prefix);
        Streams = new StreamTable(Subjects);
        _export = new OtlpExport(options, Environment.GetEnvironmentVariable);
        _logs = LoggerFactory.Create(ConfigureLog);
        Log = _logs.CreateLogger(options.Service);
        _meters = _export.AddTo(Sdk.CreateMeterProviderBuilder()
            .AddMeter(ServiceCounters.MeterName, "System.Runtime", "Microsoft.AspNetCore.Hosting")
            .AddReader(new BaseExportingMetricReader(_metrics)))
            .Build();
    }

    /// <summary>What the service was told at its start.</summary>
    public MeshOptions Options { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>The log, on standard error.</summary>
    public ILogger Log { get; }

    /// <summary>The subjects in force.</summary>
    public Subjects Subjects { get; }

    /// <summary>The streams in force.</summary>
    public StreamTable Streams { get; }

    /// <summary>The state of the service.</summary>
    public ServiceHealth Health { get; } = new();

    /// <summary>Its counters.</summary>
    public ServiceCounters Counters { get; } = new();

    /// <summary>The bus, connected.</summary>
    public BusConnection Bus => _bus ?? throw new InvalidOperationException("the host is not started");

    /// <summary>The streams and buckets that the whole mesh shares: those of the hub where the bus of this service is a leaf node.</summary>
    public JetStream MeshJetStream => new(Bus, new JetStreamOptions { Domain = Options.NatsDomain });

    /// <summary>The streams of this node alone: on the leaf node, of which there is one, where the bus of this service is one.</summary>
    public JetStream NodeJetStream => new(Bus, new JetStreamOptions { StaysOnNode = true, Replicas = Options.NatsDomain is null ? null : 1 });

    /// <summary>What told it to stop; null when nobody did. SIGINT tells that the mesh ends, SIGTERM may be followed by another start.</summary>
    public PosixSignal? StoppedBy { get; private set; }

    /// <summary>Where health and metrics are served, host:port.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>A further connection, for what nobody waits for: it goes out within a millisecond, with others, and costs a fraction. Dispose it.</summary>
    /// <exception cref="BusException">The bus cannot be reached.</exception>
    public async Task<BusConnection> ConnectBufferedAsync(CancellationToken cancellation)
    {
        var buffered = await BusConnection.ConnectAsync(OptionsOfBus() with { SendAsap = false }, cancellation);
        buffered.FaultReported += fault => Log.LogError("bus: {Text}", fault.Text);
        return buffered;
    }

    /// <summary>Runs a service until it is told to stop, or cannot go on.</summary>
    /// <param name="service">collector, enricher, detector or datasource-api.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="pipeline">Its main flow: runs until cancelled.</param>
    /// <param name="setup">What this service has beside the others.</param>
    /// <returns>The exit code, one of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string service, string[] args, Func<MeshHost, CancellationToken, Task> pipeline, MeshHostSetup? setup = null)
    {
        setup ??= new MeshHostSetup();
        var program = setup.Program ?? service;
        if (SettingsHelp.IsAskedFor(args))
        {
            await Console.Out.WriteAsync(SettingsHelp.Of(program));
            return ExitCode.Ok;
        }

        try
        {
            if (Mechanisms.Refusal is { } refusal)
            {
                throw new ServiceExitException(ExitCode.Usage, refusal);
            }

            await using var host = new MeshHost(MeshOptions.Parse(service, program, args));
            return await host.RunAsync(pipeline, setup);
        }
        catch (ServiceExitException e)
        {
            await Console.Error.WriteLineAsync($"{service}: {e.Message}");
            return e.ExitCode;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        if (_bus is not null)
        {
            await _bus.DrainAsync(DrainTimeout);
        }

        // The last numbers go out while there is somebody to ask for them.
        _meters.Shutdown(FarewellMilliseconds);
        Counters.Dispose();
        _meters.Dispose();
        _export.Dispose();
        _logs.Dispose();
    }

    private void ConfigureLog(ILoggingBuilder log)
    {
        _export.AddTo(log);
        log.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", true))
            .AddFilter("Microsoft", LogLevel.Warning)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private async Task<int> RunAsync(Func<MeshHost, CancellationToken, Task> pipeline, MeshHostSetup setup)
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        try
        {
            await ConnectAsync(stop);
            await StartHttpAsync(setup);
            await BeatWhileAsync(pipeline, stop);
            return _busRefused ? ExitCode.BusUnreachable : ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return _busRefused ? ExitCode.BusUnreachable : ExitCode.Ok;
        }
        catch (ServiceExitException e)
        {
            Log.LogCritical("{Message}", e.Message);
            return e.ExitCode;
        }
        catch (BusException e)
        {
            Log.LogCritical("{Message}", e.Message);
            return e.Kind == BusErrorKind.LibraryMissing ? ExitCode.MissingDependency : ExitCode.BusUnreachable;
        }
        catch (Exception e)
        {
            Log.LogCritical(e, "{Service} ends because of an error it does not know", Options.Service);
            return ExitCode.Failure;
        }
    }

    private async Task BeatWhileAsync(Func<MeshHost, CancellationToken, Task> pipeline, CancellationTokenSource stop)
    {
        var publisher = new HeartbeatPublisher(this);
        var beating = publisher.RunAsync(stop.Token);
        try
        {
            await pipeline(this, stop.Token);
        }
        finally
        {
            // A pipeline that ends by itself was not told to.
            var told = stop.IsCancellationRequested;
            await stop.CancelAsync();
            await beating;
            if (told)
            {
                publisher.Leave();
            }
        }
    }

    private BusOptions OptionsOfBus() => new()
    {
        Urls = Options.NatsUrl.Split(','),
        Name = $"{Options.Service}.{Options.Instance}",
        User = Options.BusUser?.Name,
        Password = Options.BusUser?.Password,
        Tls = Options.BusTls,
        WaitForServer = BusWait,
        StreamReplicas = Options.StreamReplicas,
        Time = Time,
    };

    private void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        StoppedBy = context.Signal;
        stop.Cancel();
    }

    private async Task ConnectAsync(CancellationTokenSource stop)
    {
        _bus = await BusConnection.ConnectAsync(OptionsOfBus(), stop.Token);
        _bus.StateChanged += state =>
        {
            Log.LogInformation("bus: {State}", state);
            if (state == BusState.Closed && !stop.IsCancellationRequested)
            {
                // The client library gives up for good where the bus refuses the credentials; whoever supervises us starts anew.
                _busRefused = true;
                stop.Cancel();
            }
        };
        _bus.FaultReported += fault => Log.LogError("bus: {Text}", fault.Text);
        Counters.Counter("bus_reconnects", "Connections to the bus after the first", () => _bus.Epoch - 1);
    }

    private async Task StartHttpAsync(MeshHostSetup setup)
    {
        var certificate = ServerCertificate.Load(Options.Get(MeshSettings.HttpCertificate), Options.Get(MeshSettings.HttpKey), MeshSettings.HttpCertificate);
        var guard = new HttpGuard(Options.Http, certificate is not null, Options.Get(MeshSettings.HttpToken), Options.Get(MeshSettings.Insecure), setup.SignsIn?.Invoke(Options) == true);
        if (guard.IsClosed)
        {
            Log.LogWarning("{Address} is beyond loopback, without TLS or without a token: only /healthz and /readyz answer there; give --http-certificate and --http-token-file, or --insecure yes", Options.Http);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        ConfigureLog(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(Options.Http, listen =>
            {
                guard.Mark(listen);
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        setup.Builder?.Invoke(builder, this);
        _web = builder.Build();
        _web.Use(guard.AnswerAsync);
        _web.MapGet("/healthz", context => Answer(context, Health.State is not Heartbeat.Degraded));
        _web.MapGet("/readyz", setup.Ready ?? (context => Answer(context, Health.State is Heartbeat.Ready)));
        _web.MapGet("/metrics", context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(_metrics.Scrape());
        });
        setup.Endpoints?.Invoke(_web, this);
        try
        {
            await _web.StartAsync();
        }
        catch (IOException e)
        {
            throw new ServiceExitException(ExitCode.PortTaken, $"cannot listen on {Options.Http}: {e.Message}; give another address with --http");
        }

        HttpAddress = Bound();
    }

    private string Bound()
    {
        foreach (var address in _web!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            var uri = new Uri(address);
            if (Options.Http.Port == 0 || uri.Port == Options.Http.Port)
            {
                return new IPEndPoint(Options.Http.Address, uri.Port).ToString();
            }
        }

        return Options.Http.ToString();
    }

    private Task Answer(HttpContext context, bool good)
    {
        context.Response.StatusCode = good ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(good ? "OK\n" : $"{Health.State}: {Health.Reason}\n");
    }
}
