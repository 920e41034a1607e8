import java.io.FileInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates each file against each flavor in one JVM, with a thread for each processor. Arguments: PASSWORD (may be empty) FLAVOR[,FLAVOR...] FILE...
 * Prints one line per result, with fields separated by tabs: "VERDICT flavor file-number checks failed-checks" and
 * "FAILURE flavor file-number count rule message". Ends with "DONE", so that a crash is noticed.
 */
public class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        String password = arguments[0];
        List<String> files = Arrays.asList(arguments).subList(2, arguments.length);
        ExecutorService threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<Future<String>> results = new ArrayList<>();
        for (String id : arguments[1].split(",")) {
            PDFAFlavour flavor = flavor(id);
            for (int number = 0; number < files.size(); number++) {
                String key = id + "\t" + number;
                String file = files.get(number);
                results.add(threads.submit(() -> validate(flavor, key, file, password)));
            }
        }
        for (Future<String> result : results) {
            System.out.print(result.get());
        }
        threads.shutdown();
        System.out.println("DONE");
    }

    /** veraPDF's own fromString returns PDF/A-1a for an unknown id. */
    private static PDFAFlavour flavor(String id) {
        for (PDFAFlavour flavor : PDFAFlavour.values()) {
            if (flavor.getId().equals(id)) {
                return flavor;
            }
        }
        throw new IllegalArgumentException("veraPDF has no flavor " + id);
    }

    /** Returns the lines to print. */
    private static String validate(PDFAFlavour flavor, String key, String file, String password) {
        StringBuilder lines = new StringBuilder();
        try (FileInputStream stream = new FileInputStream(file);
                PDFAParser parser = password.isEmpty()
                        ? Foundries.defaultInstance().createParser(stream, flavor, flavor)
                        : Foundries.defaultInstance().createParser(stream, flavor, flavor, password)) {
            ValidationResult result =
                    Foundries.defaultInstance().createValidator(flavor, 100000, false, false, false).validate(parser);
            Map<String, Integer> failures = new TreeMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                    failures.merge(rule + "\t" + oneLine(assertion.getMessage()), 1, Integer::sum);
                }
            }
            if (!result.isCompliant() && failures.isEmpty()) {
                failures.put("none\tnot compliant, but no failed check was named", 1);
            }
            int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
            lines.append("VERDICT\t" + key + "\t" + result.getTotalAssertions() + "\t" + failed + "\n");
            failures.forEach((what, count) -> lines.append("FAILURE\t" + key + "\t" + count + "\t" + what + "\n"));
        } catch (Exception exception) {
            lines.append("VERDICT\t" + key + "\t0\t1\n");
            lines.append("FAILURE\t" + key + "\t1\tunreadable\t" + oneLine(String.valueOf(exception)) + "\n");
        }
        return lines.toString();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
