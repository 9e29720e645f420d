using System.Text;
using System.Text.Encodings.Web;
using TraceeMesh.DataSourceApi.Readiness;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The page at <c>/</c>: the services of the mesh and their state, without script or any request beyond it.</summary>
public static class StatusPage
{
    /// <summary>Adds the page.</summary>
    public static void Map(WebApplication web, MeshView view) => web.MapGet("/", context =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(Render(view));
    });

    // Names and reasons come from other processes: hostile text, shown as text.
    private static string Render(MeshView view)
    {
        var missing = view.Missing();
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>TraceeMesh</title><h1>TraceeMesh</h1>");
        page.Append("<p>").Append(Text(missing.Count == 0 ? "The mesh is ready." : string.Join(' ', missing))).Append("</p>");
        page.Append("<table><tr><th>service<th>instance<th>node<th>pid<th>state<th>http</tr>");
        foreach (var service in view.Live())
        {
            page.Append("<tr><td>").Append(Text(service.Service))
                .Append("<td>").Append(Text(service.Instance))
                .Append("<td>").Append(Text(service.Node))
                .Append("<td>").Append(service.Pid)
                .Append("<td>").Append(Text(service.Reason.Length == 0 ? service.State : $"{service.State}: {service.Reason}"))
                .Append("<td>").Append(Text(service.Http))
                .Append("</tr>");
        }

        return page.Append("</table></html>").ToString();
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
