using System.Text.Json;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary><c>/api/v1/mesh</c>: a picture of the mesh now.</summary>
/// <param name="pictures">Takes it.</param>
internal sealed class MeshEndpoint(MeshPictures pictures)
{
    /// <summary>Adds it.</summary>
    public void Map(WebApplication web) => web.MapGet("/api/v1/mesh", Serve);

    private async Task Serve(HttpContext http)
    {
        var picture = await pictures.TakeAsync(http.RequestAborted);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(http.Response.Body, picture, PictureJson.Default.MeshPicture, http.RequestAborted);
    }
}
