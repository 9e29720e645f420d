namespace TraceeMesh.DataSourceApi.Readiness;

/// <summary>Answers <c>/readyz</c> for the whole local mesh.</summary>
public static class MeshReadiness
{
    /// <summary>200 when nothing is missing, else 503 and what is.</summary>
    public static Task Answer(HttpContext context, MeshView view)
    {
        var missing = view.Missing();
        context.Response.StatusCode = missing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(missing.Count == 0 ? "OK\n" : string.Join('\n', missing) + "\n");
    }
}
