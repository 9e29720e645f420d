using TraceeMesh.DataSourceApi;
using TraceeMesh.DataSourceApi.Console;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.DataSourceApi.Services;
using TraceeMesh.ServiceDefaults;

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
    Endpoints = (web, host) =>
    {
        pipeline = new Pipeline(host, view);
        pipeline.Grpc.Map(web);
        StatusPage.Map(web, view);
    },
    Ready = context => MeshReadiness.Answer(context, view),
});

Task RunAsync(MeshHost host, CancellationToken cancellation)
{
    listener.Protect();
    return pipeline.RunAsync(cancellation);
}
