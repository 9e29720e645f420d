using System.Globalization;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.Testing;

namespace TraceeMesh.Replay.Explaining;

/// <summary>Which conditions of a signature an event meets.</summary>
public static class SignatureExplanation
{
    /// <summary>Explains one event, a line for each condition; the last line is the verdict.</summary>
    /// <param name="signature">The signature; disposed.</param>
    /// <param name="e">The event.</param>
    /// <param name="sources">The data sources it may ask.</param>
    public static async Task<IReadOnlyList<string>> Of(Signature signature, Event e, IReadOnlyList<IDataSource> sources)
    {
        var lines = new List<string>();
        var selected = false;
        foreach (var selector in signature.SelectedEvents)
        {
            selected |= Explain(selector, e, lines);
        }

        if (!selected)
        {
            lines.Add($"{signature.Metadata.EventName} does not see this event: no selector lets it through");
            signature.Dispose();
            return lines;
        }

        lines.Add(await JudgeAsync(signature, e, sources));
        return lines;
    }

    private static async Task<string> JudgeAsync(Signature signature, Event e, IReadOnlyList<IDataSource> sources)
    {
        var name = signature.Metadata.EventName;
        try
        {
            using var harness = new SignatureHarness(signature, sources);
            var reported = await harness.Feed(e);
            return reported.Count > 0
                ? $"{name} finds it{string.Concat(reported[0].Data.Select(d => $" {d.Name}={d.Value}"))}"
                : $"{name} sees this event and does not find it: its own code says no{(sources.Count == 0 ? ", with no data source to ask and nothing kept from before" : "")}";
        }
        catch (SignatureInitException x)
        {
            return $"{name} sees this event, and cannot judge it here: {x.Message}";
        }
    }

    private static bool Explain(EventSelector selector, Event e, List<string> lines)
    {
        if (!selector.Selects(e.Source, e.Definition, EventOrigin.Host) && !selector.Selects(e.Source, e.Definition, EventOrigin.Container) && !selector.Selects(e.Source, e.Definition, EventOrigin.ContainerInit))
        {
            return false;
        }

        lines.Add($"selector {selector.Source}/{selector.Name}, origin {selector.Origin.ToString().ToLowerInvariant()}");
        var met = Line(lines, selector.Selects(e.Source, e.Definition, e.Origin), $"origin is {e.Origin.ToString().ToLowerInvariant()}");
        foreach (var filter in selector.Filters)
        {
            var passes = ArgumentTest.Resolve(filter, e.Definition).Passes(e);
            met &= Line(lines, passes, $"{filter.Argument} {Describe(filter)}; it is {ValueOf(filter.Argument, e)}");
        }

        return met;
    }

    private static bool Line(List<string> lines, bool met, string text)
    {
        lines.Add($"  {(met ? "met    " : "not met")} {text}");
        return met;
    }

    private static string Describe(ArgumentFilter filter)
    {
        var values = filter.Texts.IsEmpty ? string.Join(", ", filter.Numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))) : string.Join(", ", filter.Texts);
        return filter.Operator switch
        {
            FilterOperator.TextIsOneOf or FilterOperator.NumberIsOneOf => $"is one of {values}",
            FilterOperator.TextStartsWith => $"starts with one of {values}",
            FilterOperator.TextEndsWith => $"ends with one of {values}",
            FilterOperator.NumberAtLeast => $"is at least {values}",
            FilterOperator.NumberAtMost => $"is at most {values}",
            FilterOperator.HasAnyFlag => $"has some of the flags {values}",
            FilterOperator.HasAllFlags => $"has all of the flags {values}",
            _ => $"has none of the flags {values}",
        };
    }

    private static string ValueOf(string argument, Event e)
    {
        var index = e.Definition.IndexOf(argument);
        if (index < 0)
        {
            return argument switch
            {
                "userId" => e.Context.UserId.ToString(CultureInfo.InvariantCulture),
                "returnValue" => e.Context.ReturnValue.ToString(CultureInfo.InvariantCulture),
                "cgroupId" => e.Context.CgroupId.ToString(CultureInfo.InvariantCulture),
                _ => "not an argument of this event",
            };
        }

        return !e.Arguments[index].Present ? "absent"
            : ArgumentTypes.IsNumber(e.Definition.Types[index]) ? e.GetNumber(index).ToString(CultureInfo.InvariantCulture)
            : e.Definition.Types[index] == ArgumentType.TextList ? string.Join(' ', e.GetTexts(index).ToArray())
            : e.GetText(index).ToString();
    }
}
