using System.Net;
using TraceeMesh.DataSourceApi;
using TraceeMesh.DataSourceApi.Console;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.DataSourceApi.Services;
using TraceeMesh.ServiceDefaults;

var view = new MeshView(TimeProvider.System);
return await MeshHost.RunAsync("datasource-api", args, new Pipeline(view).RunAsync, new MeshHostSetup
{
    Flags = new Dictionary<string, string> { ["--grpc"] = "GRPC_ADDRESS", ["--expect"] = "EXPECT", ["--sources"] = "SOURCES" },
    Builder = (builder, host) => GrpcEndpoint.Listen(builder, GrpcEndpoint.Address(host.Options)),
    Endpoints = (web, _) =>
    {
        GrpcEndpoint.Map(web);
        StatusPage.Map(web, view);
    },
    Ready = context => MeshReadiness.Answer(context, view),
});
