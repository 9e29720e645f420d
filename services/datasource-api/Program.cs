using TraceeMesh.DataSourceApi;
using TraceeMesh.DataSourceApi.Console;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.DataSourceApi.Services;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;

var view = new MeshView(TimeProvider.System);
Pipeline pipeline = null!;
GrpcListener listener = null!;
return await MeshHost.RunAsync("datasource-api", args, RunAsync, new MeshHostSetup
{
    Builder = (builder, host) =>
    {
        listener = new GrpcListener(host.Options);
        listener.Listen(builder);
    },
    SignsIn = options => options.Get(MeshSettings.Access) is not null,
    Endpoints = (web, host) =>
    {
        pipeline = new Pipeline(host, view);
        pipeline.Grpc.Map(web);
        pipeline.Console.Map(web);
    },
    Ready = context => MeshReadiness.Answer(context, view),
});

Task RunAsync(MeshHost host, CancellationToken cancellation)
{
    listener.Protect();
    return pipeline.RunAsync(cancellation);
}
